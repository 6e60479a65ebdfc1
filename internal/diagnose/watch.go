// SPDX-License-Identifier: MIT

package diagnose

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/unleak/unleak"
)

// A Watch remembers the looks that are taken at one process for as long as it runs,
// in bounded memory, and tells which of its groups leak. The zero Watch is ready.
//
// Of each group it keeps its floors: the least number that any look saw in a window
// of time. What comes and goes has a floor near what is always there, however high
// it reaches in between; what leaks raises it. The newest windows last
// windowSpan; older ones are merged to an hour each, and what is older than keptFor
// is forgotten. See grows for what counts as growth.
type Watch struct {
	// MaxKeys bounds how many groups are remembered; 0 means 2,000. One takes
	// about half a kilobyte.
	MaxKeys int

	// windows are those that are kept, oldest first. The last is open: looks are
	// added to it. The first few, as many as merged, are of an hour.
	windows []window
	merged  int
	keys    map[unleak.Key]*history
	missed  int // groups of the last look that are not remembered
}

// A window is the looks of some time.
type window struct {
	start, end time.Time // of its first look and its last
	floor      int       // the least number of all goroutines
	looks      int
}

// A history is what a Watch remembers of a group.
type history struct {
	floors []int32 // one for each window
	now    int     // in the last look
	growth *growth // nil while the group is none that grows
}

const (
	defaultMaxKeys = 2000

	// windowSpan is how long a window lasts at least: long enough for several
	// looks, so that a floor is one.
	windowSpan = 8 * time.Minute
	// narrow is how many windows are kept as they are.
	narrow = 20
	// wideSpan is how long merged windows last, and keptFor how long they are
	// kept: three days and a half, and some hours more (see outlast).
	wideSpan = time.Hour
	keptFor  = 3*day + day/2 + 3*wideSpan
	day      = 24 * time.Hour
)

// Add remembers a look, which is newer than those before. Its groups are kept only
// as numbers.
func (w *Watch) Add(look *Look) {
	w.turn(look.Time)
	counts := make(map[unleak.Key]int)
	for _, s := range look.Stacks {
		counts[s.Key()] += s.Count
	}
	w.admit(counts)
	at := len(w.windows) - 1
	open := &w.windows[at]
	for key, h := range w.keys {
		h.now = counts[key]
		if n := int32(min(h.now, maxFloor)); open.looks == 0 || n < h.floors[at] {
			h.floors[at] = n
		}
	}
	if open.looks == 0 || look.Goroutines < open.floor {
		open.floor = look.Goroutines
	}
	open.end = look.Time
	open.looks++
}

// maxFloor is the largest floor that is told from larger ones: swing times as many are
// a number of 32 bits still.
const maxFloor = (1<<31 - 1) / swing

// Missed returns how many groups of the last look are not remembered, because there
// are more than MaxKeys.
func (w *Watch) Missed() int { return w.missed }

// turn opens a window where there is none for the time.
func (w *Watch) turn(now time.Time) {
	if last := len(w.windows) - 1; last >= 0 {
		if now.Sub(w.windows[last].start) < windowSpan {
			return
		}
		w.judge()
		w.forget()
	}
	w.windows = append(w.windows, window{start: now})
	for _, h := range w.keys {
		h.floors = append(h.floors, 0)
	}
	w.merge(now)
}

// admit begins to remember groups that are new, the largest first where not all of
// them can be.
func (w *Watch) admit(counts map[unleak.Key]int) {
	w.missed = 0
	var fresh []unleak.Key
	for key := range counts {
		if w.keys[key] == nil {
			fresh = append(fresh, key)
		}
	}
	room := cmp.Or(w.MaxKeys, defaultMaxKeys) - len(w.keys)
	if room < len(fresh) {
		slices.SortFunc(fresh, func(a, b unleak.Key) int {
			return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a.ID(), b.ID()))
		})
		w.missed = len(fresh) - max(room, 0)
		fresh = fresh[:max(room, 0)]
	}
	if w.keys == nil {
		w.keys = make(map[unleak.Key]*history)
	}
	for _, key := range fresh {
		w.keys[key] = &history{floors: make([]int32, len(w.windows), len(w.windows)+1)}
	}
}

// forget drops the groups that are gone. Where there is no room left, those go that
// are the smallest, so that a new one can be seen to grow.
func (w *Watch) forget() {
	maps.DeleteFunc(w.keys, func(_ unleak.Key, h *history) bool {
		return h.now == 0 && h.growth == nil && slices.Max(h.floors) == 0
	})
	most := cmp.Or(w.MaxKeys, defaultMaxKeys) * 7 / 8
	if len(w.keys) <= most {
		return
	}
	var small []unleak.Key
	for key, h := range w.keys {
		if h.growth == nil {
			small = append(small, key)
		}
	}
	size := func(key unleak.Key) int { return max(w.keys[key].now, int(w.keys[key].last())) }
	slices.SortFunc(small, func(a, b unleak.Key) int {
		return cmp.Or(cmp.Compare(size(a), size(b)), cmp.Compare(a.ID(), b.ID()))
	})
	for _, key := range small[:min(len(small), len(w.keys)-most)] {
		delete(w.keys, key)
	}
}

// merge makes wide windows of narrow ones that are too many, and drops the oldest.
func (w *Watch) merge(now time.Time) {
	for len(w.windows)-w.merged > narrow+1 { // and the open one
		i := w.merged
		if i == 0 || w.windows[i].end.Sub(w.windows[i-1].start) > wideSpan {
			w.merged++
			continue
		}
		a, b := &w.windows[i-1], w.windows[i]
		a.end, a.floor, a.looks = b.end, min(a.floor, b.floor), a.looks+b.looks
		w.windows = slices.Delete(w.windows, i, i+1)
		for _, h := range w.keys {
			h.floors[i-1] = min(h.floors[i-1], h.floors[i])
			h.floors = slices.Delete(h.floors, i, i+1)
		}
	}
	for w.merged > 0 && now.Sub(w.windows[0].end) > keptFor {
		w.merged--
		w.windows = slices.Delete(w.windows, 0, 1)
		for _, h := range w.keys {
			h.floors = slices.Delete(h.floors, 0, 1)
		}
	}
}

// last returns the floor of the last window that is not open, or of the open one
// where there is no other.
func (h *history) last() int32 { return h.floors[max(len(h.floors)-2, 0)] }

// Judge judges the process by the last look that was added, and by what is
// remembered of those before. over says that it has more goroutines than it should:
// then the largest groups are suspects.
func (w *Watch) Judge(look *Look, over bool) Judgement {
	p := newPopulation([]*Look{look})
	p.watch, p.over = w, over
	return p.tell(nil)
}

// Snapshots returns what is remembered of the process as a whole: the least number
// of goroutines in each window but the open one. Findings have as many counts, and
// one more for the last look.
func (w *Watch) Snapshots() []unleak.Snapshot {
	closed := w.windows[:max(len(w.windows)-1, 0)]
	list := make([]unleak.Snapshot, len(closed))
	for i := range closed {
		list[i] = unleak.Snapshot{Time: closed[i].end, Goroutines: closed[i].floor}
	}
	return list
}

// counts returns a group's numbers: its floors, and what the last look saw.
func (w *Watch) counts(key unleak.Key) []int {
	counts := make([]int, max(len(w.windows), 1))
	if h := w.keys[key]; h != nil {
		copy(counts, h.ints(0, len(w.windows)))
		counts[len(counts)-1] = h.now
	}
	return counts
}

// ints returns the floors of some windows.
func (h *history) ints(from, to int) []int {
	list := make([]int, 0, to-from)
	for _, n := range h.floors[from:to] {
		list = append(list, int(n))
	}
	return list
}

// trend returns how a group grows; of one that does not, it tells nothing.
func (w *Watch) trend(key unleak.Key) Trend {
	h := w.keys[key]
	if h == nil || h.growth == nil {
		return Trend{}
	}
	return Trend{Steady: true, PerHour: h.growth.perHour, Rise: h.now}
}

// total returns by how much the groups that grow do so together.
func (w *Watch) total() Trend {
	var t Trend
	for _, h := range w.keys {
		if h.growth != nil {
			t.Steady = true
			t.PerHour += h.growth.perHour
			t.Rise += h.now
		}
	}
	return t
}
