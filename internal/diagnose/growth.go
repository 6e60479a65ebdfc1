// SPDX-License-Identifier: MIT

package diagnose

import (
	"math"
	"slices"
	"time"

	"github.com/unleak/unleak"
)

// A growth is how a group grows that was found to.
type growth struct {
	peak    int       // its highest floor
	risen   time.Time // when that was
	perHour float64
}

const (
	// climb is over how many windows a group has to climb without a pause: an hour
	// and twenty minutes. A burst that lasts as long is one to know of.
	climb = 10
	// swing is how many times more goroutines there may be at the top of a day
	// than at night, or on a Monday than on a Sunday. As long as a group is no more
	// than that above its own least, its growth may be the load's.
	swing = 64
	// steeper is how many times steeper than the other a half of a climb may be,
	// and pace how fast it has to be, as a share of the growth since the group
	// was at its least: what warms up, or reaches the top of the day, slows down.
	steeper = 1.8
	pace    = 0.7
	// fallsBack is how many times more a climb has to rise than it falls.
	fallsBack = 20
	// elastic is how many times more than the load a group may grow that grows
	// with the load: those that wait for a lock do so much faster than those that
	// ask for it.
	elastic = 10
	// outlasts is by how much a group's floor has to rise over three days, as a
	// share of itself, where it comes and goes with the load.
	outlasts = 0.2
)

// judge finds the groups that grow, once a window is full:
//
//   - those that climb (see climbs), which takes an hour and twenty minutes at
//     least;
//   - those that outlast each swing of the load (see outlast): three days and a half.
//
// A group that grew goes on to be one until it falls back to the half of what it
// was, or has not risen for a day.
func (w *Watch) judge() {
	for _, h := range w.keys {
		switch {
		case h.growth != nil:
			w.follow(h)
		case w.outlast(h):
			w.found(h)
		}
	}
	for _, over := range [...]int{climb, narrow} {
		for _, key := range w.climbers(over) {
			w.found(w.keys[key])
		}
	}
}

// found notes that a group grows.
func (w *Watch) found(h *history) {
	h.growth = new(growth)
	w.follow(h)
}

// follow looks how a group that grew goes on.
func (w *Watch) follow(h *history) {
	last := len(w.windows) - 1
	g, floor := h.growth, int(h.floors[last])
	if floor > g.peak {
		g.peak, g.risen = floor, w.windows[last].end
	}
	if 2*floor < g.peak || w.windows[last].end.Sub(g.risen) > day {
		h.growth = nil
		return
	}
	from := max(len(w.windows)-narrow, 0)
	at, _ := hours(w.times(from))
	g.perHour = slope(at, h.ints(from, len(w.windows)))
}

// times returns when the windows ended, from one on.
func (w *Watch) times(from int) []time.Time {
	var times []time.Time
	for i := range w.windows[from:] {
		times = append(times, w.windows[from+i].end)
	}
	return times
}

// climbers returns the groups that were found to climb over the last windows, and
// not before:
//
//   - they climb (see climbs) to so many times the least that there was of them in
//     the last days that no swing of the load explains it;
//   - since they were half as many the rest of the process did not grow: then it may
//     be the load that grows. What waits for the network, runs or sleeps belongs to
//     the rest in any case: for each such goroutine there may be a client who is
//     still there;
//   - as many goroutines as they gained did not leave for them: workers that were
//     busy, and now are idle, have another key and the same entry function.
func (w *Watch) climbers(over int) []unleak.Key {
	from := len(w.windows) - over
	if from < w.merged {
		return nil
	}
	var climbing []unleak.Key
	rest := make([]int, len(w.windows))
	for i := range w.windows {
		rest[i] = w.windows[i].floor
	}
	for key, h := range w.keys {
		if key.Wait.Moving() || !w.climbs(h, from) {
			continue
		}
		climbing = append(climbing, key)
		add(rest, h, -1)
	}
	return slices.DeleteFunc(climbing, func(key unleak.Key) bool {
		h := w.keys[key]
		return h.growth != nil || h.explainedBy(rest) || h.takesFrom(w.siblings(key))
	})
}

// siblings returns how many goroutines there were in each window with the key's entry
// function and another key.
func (w *Watch) siblings(key unleak.Key) []int {
	sum := make([]int, len(w.windows))
	for other, h := range w.keys {
		if other.Entry == key.Entry && other != key {
			add(sum, h, 1)
		}
	}
	return sum
}

// add adds a group's floors to a sum, so many times.
func add(sum []int, h *history, times int) {
	for i, n := range h.floors {
		sum[i] += times * int(n)
	}
}

// climbs reports whether a group's floor rose, from a window on, without falling back,
// by more than chance would have it (NewTrend), as fast at the end as at the
// beginning, and to many times its least. Over few windows it has to rise in each.
func (w *Watch) climbs(h *history, from int) bool {
	last := len(w.windows) - 1
	lowest := 0 // the last time that it was at its least
	for i, n := range h.floors {
		if n <= max(h.floors[lowest], 1) {
			lowest = i
		}
	}
	if h.floors[last] < swing*max(h.floors[lowest], 1) {
		return false
	}
	floors := h.ints(from, len(w.windows))
	fell := 0
	for i := range floors[1:] {
		step := floors[i+1] - floors[i]
		if fell += max(-step, 0); step <= 0 && len(floors) <= climb {
			return false
		}
	}
	if fell*fallsBack > floors[len(floors)-1]-floors[0] {
		return false
	}
	times := w.times(from)
	t := NewTrend(times, floors)
	at, _ := hours(times)
	since := w.windows[last].end.Sub(w.windows[lowest].end).Hours()
	return t.Steady && even(at, floors, steeper) && t.PerHour*since >= pace*float64(h.floors[last]-h.floors[lowest])
}

// explainedBy reports whether the rest of a process grew in such a way that the group
// may have grown with it, since it was half as large: by more than chance, and by half
// as many as the group, or by a good part of what the group did as a share of itself.
func (h *history) explainedBy(rest []int) bool {
	half := h.half()
	level := levelAt(rest, half)
	gain := float64(h.floors[len(h.floors)-1] - h.floors[half])
	growth := gain / float64(max(h.floors[half], 1))
	load := levelAt(rest, len(rest)-1) - level
	return load > max(2*math.Sqrt(level), min(gain/2, level*growth/elastic))
}

// takesFrom reports whether since the group was half as large, its siblings lost half
// as many as it gained.
func (h *history) takesFrom(siblings []int) bool {
	half := h.half()
	gain := float64(h.floors[len(h.floors)-1] - h.floors[half])
	return levelAt(siblings, half)-levelAt(siblings, len(siblings)-1) > gain/2
}

// half returns the last window in which the group was at most half as large as in the
// last of all, or the first window.
func (h *history) half() int {
	last := len(h.floors) - 1
	for i := last; i > 0; i-- {
		if 2*h.floors[i] <= h.floors[last] {
			return i
		}
	}
	return 0
}

// levelAt returns the median of the windows next to one.
func levelAt(numbers []int, i int) float64 {
	i = max(min(i, len(numbers)-2), 1)
	sorted := slices.Sorted(slices.Values(numbers[i-1 : i+2]))
	return float64(sorted[1])
}

// outlast reports whether a group's daily floor rose on each of the last two days,
// evenly, by more than chance would have it, and by more than twice as much as the
// rest of the process did: such growth outlasts each swing of the load. It has to be
// so for days that begin now and for those that began half a day ago, for when the
// night belongs to both of two days, the second has a floor between theirs.
func (w *Watch) outlast(h *history) bool {
	now := w.windows[len(w.windows)-1].end
	return now.Sub(w.windows[0].start) >= 3*day+day/2-wideSpan &&
		w.outlastTo(h, now) && w.outlastTo(h, now.Add(-day/2))
}

// outlastTo tells it of the three days that end at a time.
func (w *Watch) outlastTo(h *history, end time.Time) bool {
	const none = -1
	own, rest := [3]int{none, none, none}, [3]int{none, none, none}
	lower := func(floor *int, n int) {
		if *floor == none || n < *floor {
			*floor = n
		}
	}
	for i := range w.windows {
		since := end.Sub(w.windows[i].end)
		if ago := int(since / day); since >= 0 && ago <= 2 {
			lower(&own[2-ago], int(h.floors[i]))
			lower(&rest[2-ago], w.windows[i].floor-int(h.floors[i]))
		}
	}
	if slices.Contains(own[:], none) {
		return false
	}
	times := []time.Time{end.Add(-2 * day), end.Add(-day), end}
	grown := relative(own)
	return NewTrend(times, own[:]).Steady && grown >= outlasts && grown > 2*relative(rest)
}

// relative returns by how much numbers rose, as a share of the first.
func relative(numbers [3]int) float64 {
	return float64(numbers[2]-numbers[0]) / float64(max(numbers[0], 1))
}
