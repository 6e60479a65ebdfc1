// SPDX-License-Identifier: MIT

package diagnose

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// looksAt returns times with so many minutes between them.
func looksAt(n int, minutes float64) []time.Time {
	start := time.Date(2026, 5, 4, 3, 12, 0, 0, time.UTC)
	var times []time.Time
	for i := range n {
		times = append(times, start.Add(time.Duration(float64(i)*minutes*float64(time.Minute))))
	}
	return times
}

// TestTrendSteady lists what grows, and what merely looks so.
func TestTrendSteady(t *testing.T) {
	for _, tt := range []struct {
		name   string
		counts []int
		want   bool
	}{
		{"one look", []int{500}, false},
		{"two looks tell a difference, not a slope", []int{0, 500}, false},
		{"three", []int{120, 240, 370}, true},
		{"from nothing", []int{0, 20, 40}, true},
		{"a slow one in few looks: look again", []int{0, 10, 20}, false},
		{"too few", []int{0, 2, 4}, false},
		{"falls", []int{370, 240, 120}, false},
		{"stands", []int{64, 64, 64, 64}, false},
		{"chance, three times up", []int{100, 110, 125}, false},
		{"a burst in the last look", []int{5, 7, 3000}, false},
		{"a burst in the middle", []int{5, 3000, 9}, false},
		{"a burst that goes on", []int{5, 6, 2990, 3000}, false},
		{"a warm-up", []int{10, 400, 520, 560, 563, 563}, false},
		{"a warm-up in three looks", []int{10, 500, 540}, false},
		{"a pool that fills to its size", []int{0, 16, 32, 48, 64, 64, 64, 64, 64}, false},
		{"a pool that fills late", []int{2, 2, 2, 2, 30, 64}, false},
		{"a sawtooth", []int{0, 30, 60, 90, 0, 30, 60, 90, 0, 30, 60, 90}, false},
		{"a sawtooth that ends high", []int{0, 60, 120, 180, 240, 300, 0, 60, 120, 180, 240, 310}, false},
		{"a batch now and then", []int{0, 0, 0, 100, 100, 100, 100, 100, 100}, false},
		{"a batch in every third look", []int{0, 0, 100, 100, 100, 200, 200, 200, 300, 300, 300, 400}, true},
		{"a leak with one look that failed to see it", []int{10, 40, 70, 100, 130, 20, 190, 220, 250, 280, 310, 340}, true},
		{"a few among thousands that stay", []int{9000, 9001, 9002, 9004, 9005, 9006, 9008, 9009, 9010, 9012}, true},
		{"as many thousands that come and go", []int{9000, 8950, 9060, 8990, 9040, 8930, 9080, 9010, 9030, 9012}, false},
		{"a daily swing, watched while it goes up", []int{1000, 1200, 1400, 1600, 1800, 2000}, true}, // it is what it is
		{"a daily swing over its top", []int{1000, 1400, 1700, 1900, 1900, 1700, 1400}, false},
	} {
		if got := NewTrend(looksAt(len(tt.counts), 1), tt.counts).Steady; got != tt.want {
			t.Errorf("%s: steady %t, want %t: %v", tt.name, got, tt.want, tt.counts)
		}
	}
}

// TestTrendPerHour: the slope is that of most of the looks, whatever one of them
// says.
func TestTrendPerHour(t *testing.T) {
	for _, tt := range []struct {
		name   string
		counts []int
		want   float64
	}{
		{"a line", []int{10, 20, 30, 40}, 600},
		{"a line that falls", []int{40, 30, 20, 10}, -600},
		{"flat", []int{7, 7, 7}, 0},
		{"two looks", []int{100, 160}, 3600},
		{"one wild look", []int{10, 20, 9000, 40, 50, 60, 70}, 600},
		{"one wild look at the end", []int{10, 20, 30, 40, 50, 60, 0}, 600},
	} {
		if got := NewTrend(looksAt(len(tt.counts), 1), tt.counts).PerHour; got != tt.want {
			t.Errorf("%s: %v an hour, want %v", tt.name, got, tt.want)
		}
	}
	if got := NewTrend(looksAt(1, 1), []int{7}); got != (Trend{}) {
		t.Errorf("one look gave %+v", got)
	}
}

// TestTrendTimes: where the times are not known, growth is seen all the same, but
// not how fast it is.
func TestTrendTimes(t *testing.T) {
	counts := []int{100, 200, 300}
	times := looksAt(3, 1)
	for _, tt := range []struct {
		name  string
		times []time.Time
		known bool
	}{
		{"known", times, true},
		{"one is not known", []time.Time{times[0], {}, times[2]}, false},
		{"none is known", make([]time.Time, 3), false},
		{"files in the wrong order", []time.Time{times[2], times[1], times[0]}, false},
		{"files that were copied together", looksAt(3, 0.0001), false},
	} {
		trend := NewTrend(tt.times, counts)
		if (trend.PerHour != 0) != tt.known || !trend.Steady || math.IsNaN(trend.PerHour) {
			t.Errorf("%s: %+v", tt.name, trend)
		}
	}
	// Two quick looks and a late one: by time the growth slowed down.
	uneven := []time.Time{times[0], times[0].Add(time.Minute), times[0].Add(time.Hour)}
	if trend := NewTrend(uneven, []int{0, 300, 600}); trend.Steady {
		t.Errorf("%+v, want it to level off", trend)
	}
}

// TestTrendRose: two looks tell whether the number rose by more than chance.
func TestTrendRose(t *testing.T) {
	for _, tt := range []struct {
		first, last int
		want        bool
	}{
		{0, 5, false}, {0, 9, true}, {1, 4, false}, {10, 20, false}, {10, 30, true},
		{100, 130, false}, {100, 150, true}, {10_000, 10_300, false}, {10_000, 10_500, true}, {50, 10, false},
	} {
		if got := (Trend{Rise: tt.last - tt.first}).Rose(tt.first); got != tt.want {
			t.Errorf("%d, then %d: rose %t, want %t", tt.first, tt.last, got, tt.want)
		}
	}
}

// A service is a source of numbers with chance in it.
type service func(r *rand.Rand, looks int) []int

// poisson draws a number around a mean.
func poisson(r *rand.Rand, mean float64) int {
	n := 0
	for sum := r.ExpFloat64(); sum < mean; sum += r.ExpFloat64() {
		n++
	}
	return n
}

// around is requests that come and go between two looks, in bunches.
func around(mean float64, bunch int) service {
	return func(r *rand.Rand, looks int) []int {
		counts := make([]int, looks)
		for i := range counts {
			counts[i] = bunch * poisson(r, mean/float64(bunch))
		}
		return counts
	}
}

// staying is connections, of which a share stays from look to look.
func staying(mean, share float64) service {
	return func(r *rand.Rand, looks int) []int {
		counts := make([]int, looks)
		n := poisson(r, mean)
		for i := range counts {
			counts[i] = n
			for range n {
				if r.Float64() >= share {
					n--
				}
			}
			n += poisson(r, mean*(1-share))
		}
		return counts
	}
}

// leaking is a service that leaks so many from look to look.
func leaking(from service, perLook float64) service {
	return func(r *rand.Rand, looks int) []int {
		counts := from(r, looks)
		leaked := 0
		for i := range counts {
			counts[i] += leaked
			leaked += poisson(r, perLook)
		}
		return counts
	}
}

func still(n int) service {
	return func(_ *rand.Rand, looks int) []int {
		counts := make([]int, looks)
		for i := range counts {
			counts[i] = n
		}
		return counts
	}
}

// TestTrendChance draws services that leak and services that do not. The draws are
// the same each time.
func TestTrendChance(t *testing.T) {
	const draws = 2000
	for _, tt := range []struct {
		name        string
		from        service
		looks       int
		least, most float64 // share of draws that are steady
	}{
		{"few requests", around(2, 1), 12, 0, 0.001},
		{"requests", around(100, 1), 12, 0, 0.001},
		{"many requests", around(500, 1), 12, 0, 0.001},
		{"requests that start ten each", around(100, 10), 12, 0, 0.001},
		{"connections", staying(1000, 0.95), 12, 0, 0.01},
		{"long connections", staying(500, 0.99), 12, 0, 0.01},
		{"few requests, three looks", around(2, 1), 3, 0, 0.001},
		{"requests, three looks", around(100, 1), 3, 0, 0.001},
		{"connections, three looks", staying(1000, 0.95), 3, 0, 0.001},
		{"connections, six looks", staying(1000, 0.95), 6, 0, 0.001},

		{"a leak", leaking(still(0), 10), 12, 0.999, 1},
		{"a leak, four looks", leaking(still(0), 20), 4, 0.98, 1},
		{"a slow leak", leaking(still(3), 3), 12, 0.95, 1},
		{"a slow leak that has leaked for long", leaking(still(9000), 5), 12, 0.99, 1},
		{"a slow leak under requests", leaking(around(100, 1), 15), 12, 0.95, 1},
		{"a slow leak under connections", leaking(staying(200, 0.8), 20), 12, 0.95, 1},
	} {
		r := rand.New(rand.NewPCG(1, 2))
		steady := 0
		for range draws {
			if NewTrend(looksAt(tt.looks, 1), tt.from(r, tt.looks)).Steady {
				steady++
			}
		}
		if share := float64(steady) / draws; share < tt.least || share > tt.most {
			t.Errorf("%s: steady in %.2f %% of the draws, want %v to %v", tt.name, 100*share, 100*tt.least, 100*tt.most)
		}
	}
}
