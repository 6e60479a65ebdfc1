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
	// Steady says that the number grew, over three looks or more, without
	// falling back and by more than chance would have it.
	Steady bool
	// Rise is the last number less the first.
	Rise int
}

// minRise is the least growth that counts, and noise how many standard deviations
// it has to be above: a number of goroutines that come and go by chance around n
// has a deviation of about the root of n.
const (
	minRise = 5
	noise   = 3
)

// steadiness is the least share of pairs of looks in which the later number is
// the greater one, less those in which it is the smaller (Kendall's tau): one
// pair of six may stand still.
const steadiness = 0.8

// NewTrend returns the trend of the numbers seen at the times, of which each may
// be zero for not known.
func NewTrend(times []time.Time, counts []int) Trend {
	n := len(counts)
	if n < 2 {
		return Trend{}
	}
	t := Trend{Rise: counts[n-1] - counts[0], PerHour: slope(times, counts)}
	ups := 0
	for i := range counts {
		for j := i + 1; j < n; j++ {
			switch {
			case counts[j] > counts[i]:
				ups++
			case counts[j] < counts[i]:
				ups--
			}
		}
	}
	pairs := n * (n - 1) / 2
	t.Steady = n >= 3 && float64(ups) >= steadiness*float64(pairs) && t.Rose(counts[0])
	return t
}

// Rose reports whether the number rose from first by more than chance would have
// it.
func (t Trend) Rose(first int) bool {
	return t.Rise >= minRise && float64(t.Rise) >= noise*math.Sqrt(float64(first))
}

// slope returns the median slope between two looks, an hour.
func slope(times []time.Time, counts []int) float64 {
	var slopes []float64
	for i := range counts {
		for j := i + 1; j < len(counts); j++ {
			if times[i].IsZero() || times[j].IsZero() {
				continue
			}
			if hours := times[j].Sub(times[i]).Hours(); hours > 0 {
				slopes = append(slopes, float64(counts[j]-counts[i])/hours)
			}
		}
	}
	if len(slopes) == 0 {
		return 0
	}
	slices.Sort(slopes)
	middle := len(slopes) / 2
	if len(slopes)%2 == 0 {
		return (slopes[middle-1] + slopes[middle]) / 2
	}
	return slopes[middle]
}
