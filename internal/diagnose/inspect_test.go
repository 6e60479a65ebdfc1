// SPDX-License-Identifier: MIT

package diagnose

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/unleak/unleak"
)

// A crowd is goroutines of a process: how many there are in each look, and what
// they do.
type crowd struct {
	counts  []int
	wait    unleak.Wait
	stack   string // functions, innermost first
	created string // "m.f" or "m.f:LINE"
	minutes int
	id      uint64
	marked  int // how many of the last look are marked as leaked
}

func compare(t *testing.T, got, want []string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// n is a crowd's number in each look.
func n(counts ...int) []int { return counts }

func (c *crowd) goroutine(count int) *unleak.Goroutine {
	g := &unleak.Goroutine{ID: c.id, Count: count, Wait: c.wait, Minutes: c.minutes, Stack: stackOf(strings.Fields(c.stack)...)}
	if c.created != "" {
		function, line, _ := strings.Cut(c.created, ":")
		g.Created = unleak.Frame{Func: function, File: "/m/a.go", Line: 77}
		if line != "" {
			g.Created.Line, _ = strconv.Atoi(line)
		}
	}
	return g
}

// watch takes looks at a process, a minute apart; it has as many as the crowds say.
func watch(process []crowd) []*Look {
	var looks []*Look
	times := looksAt(len(process[0].counts), 1)
	for i, at := range times {
		var tally Tally
		for k := range process {
			c := &process[k]
			marked := 0
			if i == len(times)-1 {
				marked = c.marked
			}
			if rest := c.counts[i] - marked; rest > 0 {
				tally.Add(c.goroutine(rest))
			}
			if marked > 0 {
				g := c.goroutine(marked)
				g.Leaked = true
				tally.Add(g)
			}
		}
		looks = append(looks, &Look{Snapshot: unleak.Snapshot{Time: at, Goroutines: tally.Total()}, Stacks: tally.Stacks()})
	}
	return looks
}

// told writes findings in a line each.
func told(findings []unleak.Finding) []string {
	var lines []string
	for i := range findings {
		f := &findings[i]
		lines = append(lines, fmt.Sprintf("%s %d %s by %s in %s", f.Grade, f.Count, f.Wait, f.Evidence[0].How, f.Blocked.Func))
	}
	return lines
}

const (
	recv, send, sel = unleak.WaitReceive, unleak.WaitSend, unleak.WaitSelect
	ioWait, asleep  = unleak.WaitIO, unleak.WaitSleep
	mainStack       = "m.run main.main"
	transport       = "net/http.(*Transport).dialConn"
)

var aMain = crowd{counts: n(1), wait: recv, stack: mainStack, id: 1}

// others fills a process with what is set aside, so that a few goroutines are not
// all of it.
func others(looks int) crowd {
	return crowd{counts: slices.Repeat(n(900), looks), wait: ioWait, stack: "net.(*conn).Read net/http.(*conn).serve"}
}

// TestJudge has a rule in each case.
func TestJudge(t *testing.T) {
	for _, tt := range []struct {
		name     string
		process  []crowd
		deadlock bool
		delta    time.Duration
		want     []string
	}{
		{"nothing", []crowd{aMain}, false, 0, nil},
		{"always stuck", []crowd{aMain, {counts: n(1), wait: unleak.WaitSendNil, stack: "m.f"}}, false, 0,
			[]string{"proven 1 chan send (nil chan) by always-stuck in m.f"}},
		{"always stuck, among others with the key", []crowd{
			{counts: n(2), wait: unleak.WaitReceiveNil, stack: "m.f"}, {counts: n(7), wait: recv, stack: "m.f"}}, false, 0,
			[]string{"proven 2 chan receive by always-stuck in m.f"}},
		{"marked", []crowd{{counts: n(9), wait: sel, stack: "m.f", marked: 4}}, false, 0,
			[]string{"proven 4 select by gc-proof in m.f"}},
		{"marked, and grows", []crowd{others(3), {counts: n(0, 40, 90), wait: sel, stack: "m.f", marked: 4}}, false, 0,
			[]string{"proven 4 select by gc-proof in m.f"}},
		{"deadlock", []crowd{aMain, {counts: n(3), wait: unleak.WaitMutex, stack: "sync.(*Mutex).Lock m.f"}}, true, 0, []string{
			"proven 3 sync.Mutex.Lock by deadlock in m.f", "proven 1 chan receive by deadlock in m.run"}},
		{"the main goroutine waits", []crowd{{counts: n(1), wait: unleak.WaitSelectNone, stack: "main.main", id: 1}}, false, 0, nil},
		{"a goroutine that looks like the main one", []crowd{{counts: n(2), wait: unleak.WaitSelectNone, stack: "main.main"}}, false, 0,
			[]string{"proven 2 select (no cases) by always-stuck in main.main"}},

		{"grows over three looks", []crowd{others(3), {counts: n(100, 200, 300), wait: send, stack: "m.f"}}, false, 0,
			[]string{"likely 300 chan send by growth in m.f"}},
		{"grows from nothing", []crowd{others(3), {counts: n(0, 20, 40), wait: send, stack: "m.f"}}, false, 0,
			[]string{"likely 40 chan send by growth in m.f"}},
		{"grows in two stacks with one key", []crowd{others(3),
			{counts: n(100, 100, 300), wait: send, stack: "m.f m.a m.e"}, {counts: n(0, 100, 0), wait: send, stack: "m.f m.b m.e"}}, false, 0,
			[]string{"likely 300 chan send by growth in m.f"}},
		{"grows between two looks", []crowd{others(2), {counts: n(10, 40), wait: send, stack: "m.f"}}, false, 0,
			[]string{"suspect 40 chan send by growth in m.f"}},
		{"grew, and is gone", []crowd{others(3), {counts: n(100, 200, 0), wait: send, stack: "m.f"}}, false, 0, nil},
		{"waits that move grow with the load", []crowd{others(3), {counts: n(0, 20, 40), wait: asleep, stack: "time.Sleep m.f"}, {counts: n(1, 30, 60), wait: ioWait, stack: "net.(*conn).Read m.g"}}, false, 0,
			[]string{"suspect 60 IO wait by growth in m.g", "suspect 40 sleep by growth in m.f"}},
		{"a delta says what came in that time", []crowd{others(1), {counts: n(6), wait: send, stack: "m.f"}, {counts: n(4), wait: send, stack: "m.g"}}, false, time.Minute,
			[]string{"suspect 6 chan send by growth in m.f"}},

		{"waits for long", []crowd{others(1), {counts: n(someOld), wait: sel, stack: "m.f", minutes: LongWait}}, false, 0,
			[]string{"suspect 10 select by long-wait in m.f"}},
		{"waits for almost as long", []crowd{others(1), {counts: n(someOld), wait: sel, stack: "m.f", minutes: LongWait - 1}}, false, 0, nil},
		{"too few wait for long", []crowd{others(1), {counts: n(someOld - 1), wait: sel, stack: "m.f", minutes: 9999}}, false, 0, nil},
		{"many", []crowd{{counts: n(20 * many), wait: ioWait, stack: "m.e"}, {counts: n(many), wait: sel, stack: "m.f"}, {counts: n(many - 1), wait: sel, stack: "m.g"}}, false, 0,
			[]string{"suspect 20000 IO wait by many in m.e", "suspect 1000 select by many in m.f"}},
		{"a tenth", []crowd{{counts: n(some), wait: sel, stack: "m.f"}, {counts: n(some - 1), wait: sel, stack: "m.g"}}, false, 0,
			[]string{"suspect 50 select by many in m.f"}},
		{"less than a tenth", []crowd{others(1), {counts: n(99), wait: sel, stack: "m.f"}}, false, 0, nil},
		{"the runtime's own", []crowd{{counts: n(5000), wait: "GC worker (idle)", stack: "runtime.gcBgMarkWorker"}, {counts: n(5000), wait: "waiting", stack: "m.f"}}, false, 0, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			looks := watch(tt.process)
			last := looks[len(looks)-1]
			last.Deadlock, last.Delta = tt.deadlock, tt.delta
			j := Judge(looks, nil)
			compare(t, told(j.Findings), tt.want)
			checkSums(t, &j)
		})
	}
}

// checkSums sees that no goroutine of the last look is lost or counted twice, and
// that findings and groups stand in the same order.
func checkSums(t *testing.T, j *Judgement) {
	t.Helper()
	ranks := make(map[string]int)
	for i := range j.Findings {
		ranks[j.Findings[i].Key] = len(j.Findings) - i
	}
	sum, found, before := 0, 0, 1<<30
	for _, g := range j.Groups {
		sum += g.Count
		rank := ranks[g.Key]
		switch {
		case g.Idle != "":
			rank = -1
		case rank > 0:
			found += g.Count
		}
		if rank > before {
			t.Errorf("%v stands behind what matters less", g.Stack)
		}
		before = rank
	}
	if sum != j.Total || found+j.Idle+j.Running != j.Total {
		t.Errorf("%d goroutines in groups, %d in findings, %d idle and %d running of %d", sum, found, j.Idle, j.Running, j.Total)
	}
}

// TestJudgeSetAside: what idles is no finding, until it grows.
func TestJudgeSetAside(t *testing.T) {
	read := func(counts ...int) crowd {
		return crowd{counts: counts, wait: ioWait, stack: "internal/poll.(*FD).Read net/http.(*persistConn).readLoop", created: transport}
	}
	write := func(counts ...int) crowd {
		return crowd{counts: counts, wait: sel, stack: "net/http.(*persistConn).writeLoop", created: transport}
	}
	request := func(counts ...int) crowd {
		return crowd{counts: counts, wait: sel, stack: "net/http.(*persistConn).roundTrip net/http.(*Client).Do m.fetch"}
	}
	unread := func(counts ...int) crowd {
		return crowd{counts: counts, wait: sel, stack: "net/http.(*persistConn).readLoop", created: transport}
	}
	reading := func(counts ...int) crowd {
		return crowd{counts: counts, wait: ioWait, stack: "net/http.(*body).Read net/http.(*bodyEOFSignal).Read m.stream"}
	}
	for _, tt := range []struct {
		name    string
		process []crowd
		want    []string
		idle    int
	}{
		{"kept alive", []crowd{read(2000), write(2000)}, nil, 4000},
		{"kept alive, coming and going", []crowd{read(90, 130, 100), write(90, 130, 100)}, nil, 200},
		{"clients made anew for each request", []crowd{others(3), read(100, 200, 300), write(100, 200, 300)},
			[]string{"likely 300 select by growth in net/http.(*persistConn).writeLoop", "suspect 300 IO wait by growth in internal/poll.(*FD).Read"}, 900},
		{"clients made anew, one request under way", []crowd{others(3), read(100, 200, 300), write(100, 200, 300), request(1, 1, 1)},
			[]string{"likely 300 select by growth in net/http.(*persistConn).writeLoop", "suspect 300 IO wait by growth in internal/poll.(*FD).Read"}, 900},
		{"more and more requests under way", []crowd{others(3), read(10, 20, 30), write(10, 20, 30), request(10, 20, 30)},
			[]string{"suspect 30 select by growth in m.fetch"}, 960},
		{"bodies not closed", []crowd{others(3), unread(100, 200, 300), write(100, 200, 300)},
			[]string{"likely 300 select by growth in net/http.(*persistConn).readLoop"}, 1200},
		{"bodies not closed, one is being read", []crowd{others(3), unread(101, 201, 301), write(101, 201, 301), reading(1, 1, 1)},
			[]string{"likely 301 select by growth in net/http.(*persistConn).readLoop"}, 1201},
		{"bodies being read", []crowd{others(1), unread(60), write(60), reading(60)}, nil, 1020},
	} {
		t.Run(tt.name, func(t *testing.T) {
			j := Judge(watch(tt.process), nil)
			compare(t, told(j.Findings), tt.want)
			checkSums(t, &j)
			if j.Idle != tt.idle {
				t.Errorf("%d idle, want %d", j.Idle, tt.idle)
			}
		})
	}
}

// TestJudgeFinding looks at all that one finding tells.
func TestJudgeFinding(t *testing.T) {
	looks := watch([]crowd{
		{counts: n(1, 1, 1), wait: recv, stack: "main.main", id: 1},
		{counts: n(1, 1, 1), wait: ioWait, stack: "net.(*conn).Read m.(*Server).loop m.(*Server).Run", created: "main.main:5"},
		{counts: n(1, 1, 1), wait: sel, stack: "m.idle m.(*Server).loop m.other", created: "m.elsewhere:6"},
		{counts: n(30, 60, 98), wait: send, stack: "m.leak m.leak.func1", created: "m.(*Server).loop:9", minutes: 7},
		{counts: n(0, 0, 2), wait: send, stack: "m.leak m.again m.leak.func1", created: "m.(*Server).loop:9"},
	})
	looks[2].Memory = &unleak.Memory{Stack: 103 * 4096, Sys: 1 << 20}
	j := Judge(looks, nil)
	compare(t, told(j.Findings), []string{"likely 100 chan send by growth in m.leak"})
	f := j.Findings[0]
	if got, want := fmt.Sprint(f.Impact.Counts, f.Impact.PerHour, f.Impact.StackBytes, f.Impact.AtLeast), "[30 60 100] 2100 409600 false"; got != want {
		t.Errorf("impact %s, want %s", got, want)
	}
	if share := f.Impact.Share; share < 0.97 || share > 0.98 {
		t.Errorf("share %v, want 100 of 103", share)
	}
	if want := (unleak.Age{Min: 7, Max: 7, Known: 98}); *f.Age != want {
		t.Errorf("age %+v, want %+v", *f.Age, want)
	}
	if f.Entry.Func != "m.leak.func1" || f.Created.Func != "m.(*Server).loop" || f.Created.Line != 9 || len(f.Stack) != 2 {
		t.Errorf("from %v by %v with %v", f.Entry, f.Created, f.Stack)
	}
	// Of the two that run the loop, the first is as good as the second.
	if want := []unleak.Frame{{Func: "main.main", File: "/m/a.go", Line: 5}}; !slices.Equal(f.Creators, want) {
		t.Errorf("creators %v, want %v", f.Creators, want)
	}
	if j.Trend.Rise != 70 || !j.Trend.Steady || j.Total != 103 || j.Idle != 1 || j.Running != 2 {
		t.Errorf("trend %+v, %d, %d idle, %d running", j.Trend, j.Total, j.Idle, j.Running)
	}
	if g := j.Groups[0]; g.Count != 98 || !slices.Equal(g.Counts, n(30, 60, 98)) || g.Age == nil || g.Created == nil {
		t.Errorf("the first group is %+v", g)
	}
}

// TestJudgeImpact: without a word of the process's memory, a stack takes the least
// that there is; one look has no numbers to compare; a delta is its own rate.
func TestJudgeImpact(t *testing.T) {
	process := []crowd{{counts: n(1000), wait: send, stack: "m.f"}}
	f := Judge(watch(process), nil).Findings[0]
	if !f.Impact.AtLeast || f.Impact.StackBytes != 1000*stackMin || f.Impact.Counts != nil || f.Impact.PerHour != 0 || f.Impact.Share != 1 || f.Age != nil {
		t.Errorf("impact %+v, age %v", f.Impact, f.Age)
	}
	looks := watch(process)
	looks[0].Skipped, looks[0].Memory = 3000, &unleak.Memory{Stack: 4000 * 8192}
	if f := Judge(looks, nil).Findings[0]; f.Impact.Share != 0.25 || f.Impact.StackBytes != 1000*8192 {
		t.Errorf("of a process with more goroutines: impact %+v", f.Impact)
	}
	looks = watch(process)
	looks[0].Delta = 30 * time.Second
	if f := Judge(looks, nil).Findings[0]; f.Impact.PerHour != 120_000 {
		t.Errorf("%v an hour, want 1000 in each 30 s", f.Impact.PerHour)
	}
}

// TestCreators follows go statements up, by ancestors where there are some.
func TestCreators(t *testing.T) {
	chain := func(process ...crowd) string {
		p := newPopulation(watch(process))
		var names []string
		for _, f := range p.creators(process[0].goroutine(1)) {
			names = append(names, f.Func)
		}
		return strings.Join(names, " ")
	}
	leak := crowd{counts: n(9), wait: send, stack: "m.leak", created: "m.a"}
	for _, tt := range []struct {
		name    string
		process []crowd
		want    string
	}{
		{"nobody is there any more", []crowd{leak}, ""},
		{"one", []crowd{leak, {counts: n(1), stack: "m.x m.a", created: "m.b"}}, "m.b"},
		{"the main goroutine was started by nobody", []crowd{leak, {counts: n(1), stack: "m.x m.a main.main"}}, ""},
		{"up", []crowd{leak, {counts: n(1), stack: "m.x m.a", created: "m.b"}, {counts: n(1), stack: "m.b m.y", created: "m.c"}}, "m.b m.c"},
		{"most of those in the function", []crowd{leak, {counts: n(2), stack: "m.a", created: "m.b"}, {counts: n(3), stack: "m.a m.z", created: "m.c"}}, "m.c"},
		{"a circle", []crowd{leak, {counts: n(1), stack: "m.a", created: "m.b"}, {counts: n(1), stack: "m.b", created: "m.a"}}, "m.b"},
		{"its own parent", []crowd{{counts: n(9), stack: "m.a", created: "m.a"}}, ""},
		{"far up", []crowd{leak,
			{counts: n(1), stack: "m.a", created: "m.b"}, {counts: n(1), stack: "m.b", created: "m.c"}, {counts: n(1), stack: "m.c", created: "m.d"},
			{counts: n(1), stack: "m.d", created: "m.e"}, {counts: n(1), stack: "m.e", created: "m.f"}, {counts: n(1), stack: "m.f", created: "m.g"}},
			"m.b m.c m.d m.e m.f"},
	} {
		if got := chain(tt.process...); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
	p := newPopulation(watch([]crowd{leak}))
	g := leak.goroutine(1)
	for i := range 7 {
		g.Ancestors = append(g.Ancestors, unleak.Ancestor{ID: uint64(i), Created: unleak.Frame{Func: fmt.Sprint("m.", i)}})
	}
	g.Ancestors[1].Created = unleak.Frame{}
	if got, want := len(p.creators(g)), maxCreators-1; got != want {
		t.Errorf("%d creators by ancestors, want %d", got, want)
	}
}

// TestJudgeOrder: the surest first, then by what showed them, then the largest; and
// the groups as the findings, then the largest, then what idles.
func TestJudgeOrder(t *testing.T) {
	j := Judge(watch([]crowd{
		{counts: n(5000, 5000, 5000), wait: recv, stack: "m.many"},
		{counts: n(20, 20, 20), wait: recv, stack: "m.old", minutes: 90},
		{counts: n(3, 3, 3), wait: recv, stack: "m.small"},
		{counts: n(30, 30, 30), wait: recv, stack: "m.larger"},
		{counts: n(0, 50, 100), wait: recv, stack: "m.grows"},
		{counts: n(0, 50, 101), wait: send, stack: "m.grows"},
		{counts: n(1, 1, 1), wait: send, stack: "m.marked", marked: 1},
		{counts: n(1, 1, 1), wait: unleak.WaitSendNil, stack: "m.nil"},
		{counts: n(7000, 7000, 7000), wait: ioWait, stack: "net/http.(*conn).serve"},
	}), nil)
	compare(t, told(j.Findings), []string{
		"proven 1 chan send (nil chan) by always-stuck in m.nil",
		"proven 1 chan send by gc-proof in m.marked",
		"likely 101 chan send by growth in m.grows",
		"likely 100 chan receive by growth in m.grows",
		"suspect 20 chan receive by long-wait in m.old",
		"suspect 5000 chan receive by many in m.many",
	})
	var groups []string
	for _, g := range j.Groups {
		groups = append(groups, fmt.Sprint(g.Count, " ", g.Stack[0].Func))
	}
	compare(t, groups, []string{"1 m.nil", "1 m.marked", "101 m.grows", "100 m.grows", "20 m.old", "5000 m.many", "30 m.larger", "3 m.small", "7000 net/http.(*conn).serve"})
	checkSums(t, &j)
}

// TestJudgeWillEnd: what ends by itself is no finding, however many there are, and
// however fast they grow.
func TestJudgeWillEnd(t *testing.T) {
	tree, frame := marked(t, imports+`func nap() {
	time.Sleep(time.Second) // @nap
}
func poll() {
	for {
		time.Sleep(time.Second) // @poll
	}
}
`)
	looks := make([]*Look, 3)
	for i, count := range n(1000, 2000, 3000) {
		var tally Tally
		for _, g := range goroutines(frame, sample{wait: asleep, count: count, stack: "time.Sleep nap@nap"}, sample{wait: asleep, count: count, stack: "time.Sleep poll@poll"}) {
			tally.Add(g)
		}
		looks[i] = &Look{Snapshot: unleak.Snapshot{Time: looksAt(3, 1)[i], Goroutines: tally.Total()}, Stacks: tally.Stacks()}
	}
	j := Judge(looks, tree)
	compare(t, told(j.Findings), []string{"suspect 3000 sleep by growth in m.poll"})
	if checkSums(t, &j); j.Running != 3000 {
		t.Errorf("%d running, want those that nap", j.Running)
	}
}

// TestJudgeHolder: who holds the lock is among those that are no finding.
func TestJudgeHolder(t *testing.T) {
	tree, frame := marked(t, imports+`type T struct{ mu sync.Mutex; in chan int }
func (t *T) slow() {
	t.mu.Lock()
	defer t.mu.Unlock()
	<-t.in // @slow
}
func (t *T) quick() {
	t.mu.Lock() // @quick
	defer t.mu.Unlock()
}
`)
	var tally Tally
	for _, g := range goroutines(frame,
		sample{wait: recv, stack: "(*T).slow@slow"},
		sample{wait: unleak.WaitMutex, count: 60, stack: "sync.(*Mutex).Lock (*T).quick@quick"},
	) {
		tally.Add(g)
	}
	j := Judge([]*Look{{Snapshot: unleak.Snapshot{Goroutines: tally.Total()}, Stacks: tally.Stacks()}}, tree)
	compare(t, told(j.Findings), []string{"suspect 60 sync.Mutex.Lock by many in m.(*T).quick"})
	if why := j.Findings[0].Explanation; !strings.Contains(why, "(*T).slow (a.go:7)") {
		t.Errorf("it does not say who may hold the lock: %s", why)
	}
}
