// SPDX-License-Identifier: MIT

package diagnose

import (
	"math"
	"slices"
	"time"
)

// A Trend is how a number changed over several looks.
type Trend struct {
	// PerHour is the median of the slopes between each two looks (Theil and
	// Sen): one look in five may be as wrong as it likes. 0 where the times of
	// the looks are not known.
	PerHour float64
	// Steady says that the number grew, over three looks or more, all the while,
	// and by more than chance would have it.
	Steady bool
	// Rise is the last number less the first.
	Rise int
}

const (
	// minRise is the least growth that counts.
	minRise = 5
	// chance is how many standard deviations growth has to be above to be worth
	// a look, and surely to be no accident in any of hundreds of groups. As long
	// as the looks are few, their order says little, and surelyOfFew is asked
	// for: where a request starts several goroutines, they come in bunches, and
	// deviate by more than if each came by itself.
	chance      = 3
	surely      = 4
	surelyOfFew = 6
	few         = 6
	// steadiness is the least share of pairs of looks in which the later number
	// is the greater one, less those in which it is the smaller (Kendall's tau).
	steadiness = 0.8
	// evenness is how many times steeper than the other a half of the looks may
	// be: what fills up and stays full is flat in the second, a burst in one.
	evenness = 3
	// enough is from how many looks on the changes between them tell how much
	// the number varies.
	enough = 10
)

// NewTrend returns the trend of the numbers seen at the times, of which each may
// be zero for not known.
func NewTrend(times []time.Time, counts []int) Trend {
	n := len(counts)
	if n < 2 {
		return Trend{}
	}
	t := Trend{Rise: counts[n-1] - counts[0]}
	at, known := hours(times)
	if known {
		t.PerHour = slope(at, counts)
	}
	t.Steady = n >= 3 && t.Rise >= minRise && float64(t.Rise) >= noise(counts) &&
		tau(counts) >= steadiness && even(at, counts, evenness)
	return t
}

// Rose reports whether the number rose from first by more than chance would have
// it.
func (t Trend) Rose(first int) bool {
	return t.Rise >= minRise && float64(t.Rise) >= chance*deviation(first, first+t.Rise)
}

// deviation is the standard deviation of the difference of two numbers of
// goroutines that come and go by chance: each has about its root.
func deviation(a, b int) float64 { return math.Sqrt(float64(a + b)) }

// noise returns by how much the number may rise without growing. Where there are
// looks enough, the spread of the changes between them tells: what grows by ten a
// look is seen among thousands that stay.
func noise(counts []int) float64 {
	n := len(counts)
	level := deviation(counts[0], counts[n-1])
	switch {
	case n < few:
		return surelyOfFew * level
	case n < enough:
		return surely * level
	}
	steps := float64(n - 1)
	mean := float64(counts[n-1]-counts[0]) / steps
	squares := 0.0
	for i := 1; i < n; i++ {
		d := float64(counts[i]-counts[i-1]) - mean
		squares += d * d
	}
	return min(surely*level, chance*math.Sqrt(squares/(steps-1)*steps))
}

// tau returns the share of pairs in which the later number is the greater one,
// less that in which it is the smaller.
func tau(counts []int) float64 {
	ups, pairs := 0, 0
	for i := range counts {
		for _, later := range counts[i+1:] {
			pairs++
			switch {
			case later > counts[i]:
				ups++
			case later < counts[i]:
				ups--
			}
		}
	}
	return float64(ups) / float64(pairs)
}

// even reports whether both halves of the looks grew, neither so many times faster
// than the other.
func even(at []float64, counts []int, times float64) bool {
	n := len(counts)
	first := slope(at[:(n+1)/2], counts[:(n+1)/2])
	second := slope(at[n/2:], counts[n/2:])
	return min(first, second) > 0 && max(first, second) <= times*min(first, second)
}

// minApart is the least time between two looks: files that were copied or unpacked
// are younger than what is in them, and of one age.
const minApart = time.Second / 10

// hours returns when the looks were taken, in hours, and whether that is known;
// otherwise, their numbers.
func hours(times []time.Time) (at []float64, known bool) {
	known = true
	for i, t := range times {
		known = known && !t.IsZero() && (i == 0 || t.Sub(times[i-1]) >= minApart)
	}
	for i, t := range times {
		if known {
			at = append(at, t.Sub(times[0]).Hours())
		} else {
			at = append(at, float64(i))
		}
	}
	return at, known
}

// slope returns the median slope between two looks.
func slope(at []float64, counts []int) float64 {
	var slopes []float64
	for i := range counts {
		for j := i + 1; j < len(counts); j++ {
			slopes = append(slopes, float64(counts[j]-counts[i])/(at[j]-at[i]))
		}
	}
	slices.Sort(slopes)
	middle := len(slopes) / 2
	if len(slopes)%2 == 0 {
		return (slopes[middle-1] + slopes[middle]) / 2
	}
	return slopes[middle]
}
