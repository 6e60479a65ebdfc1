// SPDX-License-Identifier: MIT

package diagnose

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unleak/unleak"
)

// A part is a group of a service: how many goroutines of it there are so many hours
// after its start.
type part struct {
	wait  unleak.Wait
	stack string
	count func(r *rand.Rand, hour float64) int
}

// level draws how many of those who come and go are there; it is quick for large
// numbers too.
func level(r *rand.Rand, mean float64) int {
	if mean > 50 {
		return max(int(math.Round(mean+r.NormFloat64()*math.Sqrt(mean))), 0)
	}
	return poisson(r, mean)
}

// steady is what comes and goes all the time.
func steady(mean float64) func(*rand.Rand, float64) int {
	return func(r *rand.Rand, _ float64) int { return level(r, mean) }
}

// dayLoad is a day's load as a share of its top: night is that of its lowest hour, which
// is so many hours after the start.
func dayLoad(night, lowest, hour float64) float64 {
	return (1+night)/2 - (1-night)/2*math.Cos(2*math.Pi*(hour-lowest)/24)
}

func exactly(f func(hour float64) float64) func(*rand.Rand, float64) int {
	return func(_ *rand.Rand, hour float64) int { return int(f(hour)) }
}

func noisy(f func(hour float64) float64) func(*rand.Rand, float64) int {
	return func(r *rand.Rand, hour float64) int { return level(r, f(hour)) }
}

// arrivals leaks at a rate an hour that may change with the hour.
func arrivals(from float64, rate func(hour float64) float64) func(*rand.Rand, float64) int {
	leaked, last := 0, 0.0
	return func(r *rand.Rand, hour float64) int {
		if hour > from {
			leaked += level(r, rate(hour)*(hour-max(last, from)))
		}
		last = hour
		return leaked
	}
}

func perHour(rate float64) func(float64) float64 { return func(float64) float64 { return rate } }

// run watches a service, a look each two minutes, and returns the findings as they
// first came, with the hour.
func run(parts []part, hours float64, seed uint64) (found []string, first float64) {
	r := rand.New(rand.NewPCG(seed, 7))
	start := time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)
	var w Watch
	known := make(map[string]bool)
	const between = 2 * time.Minute
	for at := time.Duration(0); at.Hours() <= hours; at += between {
		var tally Tally
		for i := range parts {
			p := &parts[i]
			if n := p.count(r, at.Hours()); n > 0 {
				tally.Add(&unleak.Goroutine{Count: n, Wait: p.wait, Stack: stackOf(strings.Fields(p.stack)...)})
			}
		}
		look := &Look{Snapshot: unleak.Snapshot{Time: start.Add(at), Goroutines: tally.Total()}, Stacks: tally.Stacks()}
		w.Add(look)
		if at%(4*between) != 0 {
			continue // what was found stays for longer
		}
		for _, f := range w.Judge(look, false).Findings {
			name := fmt.Sprintf("%s %s in %s", f.Grade, f.Wait, f.Blocked.Func)
			if !known[name] {
				known[name] = true
				if len(found) == 0 {
					first = at.Hours()
				}
				found = append(found, name)
			}
		}
	}
	return found, first
}

// TestWatchQuiet has services that do not leak, each for a week or so, begun at
// several hours of the day.
func TestWatchQuiet(t *testing.T) {
	const week = 7 * 24
	swing := func(top, lowest float64) func(float64) float64 {
		return func(hour float64) float64 { return top * dayLoad(0.05, lowest, hour) }
	}
	for _, tt := range []struct {
		name  string
		hours float64
		parts func(lowest float64) []part
	}{
		{"10,000 that come and go", week, func(float64) []part {
			return []part{{sel, "m.f m.h", steady(9000)}, {ioWait, "net.Read m.h", steady(1000)}, {recv, "m.w m.w", steady(64)}}
		}},
		{"a swing, one group", week, func(l float64) []part {
			return []part{{sel, "m.f m.h", exactly(swing(10_000, l))}, {recv, "m.w m.w", steady(20)}}
		}},
		{"a swing, one group by chance", week, func(l float64) []part {
			return []part{{sel, "m.f m.h", noisy(swing(10_000, l))}, {recv, "m.w m.w", steady(20)}}
		}},
		{"a small swing", week, func(l float64) []part {
			return []part{{sel, "m.f m.h", noisy(swing(120, l))}, {recv, "m.w m.w", steady(5)}}
		}},
		{"a swing, several groups", week, func(l float64) []part {
			parts := []part{{ioWait, "net.Read m.h", noisy(swing(8000, l))}}
			for i := range 6 {
				parts = append(parts, part{sel, fmt.Sprintf("m.f%d m.h", i), noisy(swing(700, l-float64(i)/4))})
			}
			return parts
		}},
		{"connections from none at night", week, func(l float64) []part {
			open := func(h float64) float64 { return 600 * math.Max(dayLoad(-0.4, l, h), 0) }
			return []part{
				{ioWait, "net.Read m.reader", exactly(open)}, {sel, "m.write m.writer", exactly(open)},
				{sel, "m.beat m.beat", exactly(open)}, {recv, "m.w m.w", steady(20)},
			}
		}},
		{"a pool that is busy by day", week, func(l float64) []part {
			busy := func(h float64) float64 { return 2000 * dayLoad(0.01, l, h) }
			return []part{
				{sel, "m.query m.worker", exactly(busy)},
				{recv, "m.next m.worker", exactly(func(h float64) float64 { return 2000 - math.Floor(busy(h)) })},
				{ioWait, "net.Read m.h", noisy(swing(3000, l))},
			}
		}},
		{"waiters of a lock, at the top of the day", week, func(l float64) []part {
			return []part{
				{unleak.WaitMutex, "sync.(*Mutex).Lock m.f m.h", noisy(func(h float64) float64 { return 500 * math.Pow(dayLoad(0.05, l, h), 6) })},
				{sel, "m.f m.h", noisy(swing(9000, l))},
			}
		}},
		{"what lags behind the load", week, func(l float64) []part {
			return []part{
				{sel, "m.session m.session", exactly(func(h float64) float64 { return 800 * math.Max(dayLoad(-0.1, l+2, h), 0) })},
				{ioWait, "net.Read m.h", noisy(swing(3000, l))},
			}
		}},
		{"fewer at the weekend", 2 * week, func(l float64) []part {
			return []part{{sel, "m.f m.h", noisy(func(h float64) float64 {
				if day := int(h/24) % 7; day >= 5 {
					return 4000 * dayLoad(0.05, l, h)
				}
				return 10_000 * dayLoad(0.05, l, h)
			})}}
		}},
		{"bursts that drain", 48, func(float64) []part {
			return []part{{ioWait, "net.Read m.h", steady(1000)}, {unleak.WaitMutex, "sync.(*Mutex).Lock m.f m.b", noisy(func(h float64) float64 {
				switch in := math.Mod(h, 4); { // for an hour, a dependency that hangs
				case in < 1:
					return 10_000 * in
				case in < 1.2:
					return 10_000 * (1.2 - in) / 0.2
				}
				return 0
			})}}
		}},
		{"quick bursts", 48, func(float64) []part {
			return []part{{recv, "m.f m.b", func(r *rand.Rand, h float64) int {
				if math.Mod(h, 1) < 0.1 {
					return level(r, 5000)
				}
				return 0
			}}, {ioWait, "net.Read m.h", steady(1000)}}
		}},
		{"warm-ups", 72, func(float64) []part {
			parts := []part{{ioWait, "net.Read m.h", steady(300)}}
			for _, minutes := range []float64{2, 10, 30, 60} {
				parts = append(parts, part{sel, fmt.Sprintf("m.warm%v m.warm", minutes), exactly(func(h float64) float64 {
					return 500 * (1 - math.Exp(-h*60/minutes))
				})})
			}
			return parts
		}},
		{"a release in the middle: what was old goes, what is new comes", 72, func(float64) []part {
			return []part{
				{sel, "m.old m.h", noisy(func(h float64) float64 { return 3000 * math.Max(0, 1-math.Max(0, h-30)) })},
				{sel, "m.new m.h", noisy(func(h float64) float64 { return 3000 * math.Min(1, math.Max(0, h-30)) })},
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, lowest := range []float64{0, 9, 17} {
				if found, at := run(tt.parts(lowest), tt.hours, uint64(lowest)); len(found) > 0 {
					t.Errorf("lowest at %v h: after %.1f h %q", lowest, at, found)
				}
			}
		})
	}
}

// TestWatchLeaks has services that leak, and how soon that must be seen.
func TestWatchLeaks(t *testing.T) {
	busy := part{ioWait, "net.Read m.h", steady(1000)}
	load := part{sel, "m.f m.h", steady(9000)}
	swing := func(h float64) float64 { return dayLoad(0.05, 4, h) }
	swinging := part{sel, "m.f m.h", noisy(func(h float64) float64 { return 10_000 * swing(h) })}
	const send, leak = unleak.WaitSend, "likely chan send in m.leak"
	for _, tt := range []struct {
		name   string
		within float64 // hours
		parts  func() []part
		want   []string
	}{
		{"one a minute among 10,000 that come and go", 2, func() []part {
			return []part{busy, load, {send, "m.leak m.leak", arrivals(0, perHour(60))}}
		}, []string{leak}},
		{"one a minute from the same go statement as those that come and go", 2, func() []part {
			return []part{busy, load, {send, "m.leak m.h", arrivals(0, perHour(60))}}
		}, []string{leak}},
		{"a hundred a second", 1.5, func() []part {
			return []part{busy, {send, "m.leak m.leak", arrivals(0, perHour(360_000))}}
		}, []string{leak}},
		{"one a minute in a small program", 2, func() []part {
			return []part{{recv, "m.w m.w", steady(8)}, {send, "m.leak m.leak", arrivals(0, perHour(60))}}
		}, []string{leak}},
		{"three each time", 2, func() []part {
			leaked := arrivals(0, perHour(60))
			parts := []part{{recv, "m.w m.w", steady(8)}, {send, "m.leak m.leak", leaked}}
			n := 0
			parts[1].count = func(r *rand.Rand, h float64) int { n = leaked(r, h); return n }
			for _, name := range []string{"m.two m.leak", "m.three m.three"} {
				parts = append(parts, part{sel, name, func(*rand.Rand, float64) int { return n }})
			}
			return parts
		}, []string{leak, "likely select in m.three", "likely select in m.two"}},
		{"one in ten minutes", 14, func() []part {
			return []part{busy, load, {send, "m.leak m.leak", arrivals(0, perHour(6))}}
		}, []string{leak}},
		{"from the fifth day on", 5*24 + 2.1, func() []part {
			return []part{busy, load, {send, "m.leak m.leak", arrivals(120, perHour(60))}}
		}, []string{leak}},
		{"one a minute under a swing", 17, func() []part {
			return []part{swinging, {send, "m.leak m.leak", arrivals(0, perHour(60))}}
		}, []string{leak}},
		{"one in some requests under a swing", 19, func() []part {
			return []part{swinging, {send, "m.leak m.leak", arrivals(0, func(h float64) float64 { return 300 * swing(h) })}}
		}, []string{leak}},
		{"among those that come and go", 86, func() []part {
			leaked := arrivals(0, perHour(60))
			return []part{busy, {send, "m.leak m.leak", func(r *rand.Rand, h float64) int { return level(r, 500*swing(h)) + leaked(r, h) }}}
		}, []string{leak}},
		{"connections that nobody closes", 86, func() []part {
			return []part{busy, {ioWait, "net.Read m.leak m.leak", arrivals(0, perHour(60))}}
		}, []string{"suspect IO wait in m.leak"}},
	} {
		for seed := range uint64(3) {
			found, at := run(tt.parts(), tt.within, seed)
			if len(found) == 0 {
				t.Errorf("%s: nothing in %v h", tt.name, tt.within)
				continue
			}
			t.Logf("%s: after %.1f h", tt.name, at)
			slices.Sort(found)
			compare(t, found, tt.want)
		}
	}
}

// TestWatchBounds: what a Watch remembers does not grow with the time, nor with the
// number of groups that ever were.
func TestWatchBounds(t *testing.T) {
	w := Watch{MaxKeys: 20}
	start := time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)
	for i := range 8 * 24 * 6 { // eight days
		var tally Tally
		for k := range 30 { // others each time
			tally.Add(&unleak.Goroutine{Count: 1 + k%3, Wait: sel, Stack: stackOf(fmt.Sprintf("m.f%d", i*30+k))})
		}
		tally.Add(&unleak.Goroutine{Count: 1 + i, Wait: recv, Stack: stackOf("m.leak")})
		look := &Look{Snapshot: unleak.Snapshot{Time: start.Add(time.Duration(i) * 10 * time.Minute), Goroutines: tally.Total()}, Stacks: tally.Stacks()}
		w.Add(look)
		if len(w.keys) > 20 || len(w.windows) > 120 {
			t.Fatalf("after %d looks: %d groups, %d windows", i, len(w.keys), len(w.windows))
		}
		for _, h := range w.keys {
			if len(h.floors) != len(w.windows) {
				t.Fatalf("after %d looks: %d floors for %d windows", i, len(h.floors), len(w.windows))
			}
		}
	}
	if w.Missed() == 0 {
		t.Error("of 30 new groups none was missed")
	}
	if kept := w.windows[len(w.windows)-1].end.Sub(w.windows[0].start); kept < 3*day+day/2 || kept > keptFor+2*wideSpan {
		t.Errorf("it remembers %v", kept)
	}
	if n := len(w.Snapshots()); n != len(w.windows)-1 {
		t.Errorf("%d snapshots for %d windows", n, len(w.windows))
	}
	leak := unleak.Key{Wait: recv, Blocked: "m.leak", Entry: "m.leak"}
	if !w.trend(leak).Steady {
		t.Error("the leak among them was not found, or was forgotten")
	}
}

// TestWatchEnds: a finding ends when its group falls back, or has not risen for a day.
func TestWatchEnds(t *testing.T) {
	for _, tt := range []struct {
		name  string
		after func(hour float64) int // what becomes of 240 goroutines after four hours
		hours float64
		want  int // findings
	}{
		{"goes on", func(h float64) int { return int(h * 60) }, 40, 1},
		{"stays for half a day", func(float64) int { return 240 }, 16, 1},
		{"stays for more than a day", func(float64) int { return 240 }, 32, 0},
		{"drains", func(float64) int { return 100 }, 4.5, 0},
		{"drains a little", func(float64) int { return 200 }, 6, 1},
	} {
		var w Watch
		var look *Look
		start := time.Date(2026, 5, 4, 0, 0, 0, 0, time.UTC)
		for at := time.Duration(0); at.Hours() <= tt.hours; at += 2 * time.Minute {
			n := int(at.Hours() * 60)
			if at.Hours() > 4 {
				n = tt.after(at.Hours())
			}
			var tally Tally
			tally.Add(&unleak.Goroutine{Count: n + 1, Wait: sel, Stack: stackOf("m.f")})
			look = &Look{Snapshot: unleak.Snapshot{Time: start.Add(at), Goroutines: tally.Total()}, Stacks: tally.Stacks()}
			w.Add(look)
		}
		found := w.Judge(look, false).Findings
		if len(found) != tt.want {
			t.Errorf("%s: %d findings, want %d", tt.name, len(found), tt.want)
			continue
		}
		if tt.want > 0 {
			counts := found[0].Impact.Counts
			if len(counts) != len(w.Snapshots())+1 || counts[len(counts)-1] != found[0].Count {
				t.Errorf("%s: counts %v for %d snapshots", tt.name, counts, len(w.Snapshots()))
			}
		}
	}
}

// TestWatchJudge has what is a finding at the first look.
func TestWatchJudge(t *testing.T) {
	stuck := &unleak.Goroutine{Count: 1, Wait: unleak.WaitSendNil, Stack: stackOf("m.stuck")}
	many := &unleak.Goroutine{Count: 5000, Wait: sel, Stack: stackOf("m.many")}
	leaked := &unleak.Goroutine{Count: 3, Wait: recv, Stack: stackOf("m.leaked"), Leaked: true}
	old := &unleak.Goroutine{Count: 100, Wait: recv, Stack: stackOf("m.old"), Minutes: 900}
	var tally Tally
	for _, g := range []*unleak.Goroutine{stuck, many, leaked, old} {
		tally.Add(g)
	}
	look := &Look{Snapshot: unleak.Snapshot{Time: time.Now(), Goroutines: tally.Total()}, Stacks: tally.Stacks()}
	var w Watch
	w.Add(look)
	proven := []string{"proven 1 chan send (nil chan) by always-stuck in m.stuck", "proven 3 chan receive by gc-proof in m.leaked"}
	compare(t, told(w.Judge(look, false).Findings), proven)
	compare(t, told(w.Judge(look, true).Findings), append(proven, "suspect 5000 select by many in m.many"))
}
