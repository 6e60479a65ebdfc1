// SPDX-License-Identifier: MIT

package diagnose

import (
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/source"
)

// A scene is all that a rule may look at: a group's sample, and what source shows
// of its frames and of the go statement.
type scene struct {
	*Group
	g     *unleak.Goroutine
	wait  unleak.Wait
	at    unleak.Frame // Blocked
	sites []source.Site
	// site and op are what source shows of the blocked frame; the rest of their
	// fields is zero without source.
	site  source.Site
	op    source.Op
	entry source.Site
	spawn source.Spawn
	// holds lists the locks that the goroutine's frames hold.
	holds []source.Hold
	// all lists the scenes of all goroutines that were left.
	all []*scene
}

// A rule recognises one cause.
type rule func(*scene) (Verdict, bool)

func newScene(group *Group, tree *source.Tree) *scene {
	g := group.Sample
	s := &scene{Group: group, g: g, wait: g.Wait, at: g.Blocked(), sites: make([]source.Site, len(g.Stack))}
	for i, f := range g.Stack {
		if !own(f) {
			continue
		}
		s.sites[i] = tree.Site(f)
		s.holds = append(s.holds, s.sites[i].Held...)
		if f == s.at && !s.site.Found() {
			s.site = s.sites[i]
		}
	}
	for i := len(g.Stack) - 1; i >= 0; i-- {
		if g.Stack[i] == g.Entry() {
			s.entry = s.sites[i]
			break
		}
	}
	s.op, _ = s.site.Op(opKinds[s.wait]...)
	s.spawn = tree.Spawn(g.Created, g.Entry())
	return s
}

// own reports whether a frame's source is worth a look: the standard library's
// is known by its frames.
func own(f unleak.Frame) bool { return f.File != "" && !unleak.IsStandard(f.Package()) }

// opKinds lists the operations that show as a wait. A select with one case is
// compiled to that case's operation, a range over a channel to a receive.
var opKinds = map[unleak.Wait][]source.OpKind{
	unleak.WaitReceive:    {source.Range, source.Receive},
	unleak.WaitReceiveNil: {source.Range, source.Receive},
	unleak.WaitSend:       {source.Send},
	unleak.WaitSendNil:    {source.Send},
	unleak.WaitSelect:     {source.Select},
	unleak.WaitSelectNone: {source.Select},
	unleak.WaitCond:       {source.CondWait},
	unleak.WaitMutex:      {source.Lock, source.RLock},
	unleak.WaitRWLock:     {source.Lock},
	unleak.WaitRLock:      {source.RLock},
	unleak.WaitGroup:      {source.Wait},
	unleak.WaitSemacquire: {source.Lock, source.RLock, source.Wait},
	unleak.WaitSleep:      {source.Sleep},
}

// endless reports whether source shows one of the goroutine's functions in a loop
// without a way out. One that runs may be anywhere: for it the entry's loops
// count wherever the line is.
func (s *scene) endless() bool {
	for _, site := range s.sites {
		if site.Loop == source.LoopEndless {
			return true
		}
	}
	return s.wait == unleak.WaitRunning && s.entry.Body == source.LoopEndless
}

// straight reports whether source shows that nothing but counted loops is around
// the goroutine: it is false where source is missing for a frame.
func (s *scene) straight() bool {
	seen := false
	for i, f := range s.g.Stack {
		if !own(f) {
			continue
		}
		if !s.sites[i].Found() || s.sites[i].Loop > source.LoopBounded {
			return false
		}
		seen = true
	}
	return seen && s.g.Elided == 0
}

// willEnd reports whether the wait ends by itself and nothing repeats it.
func (s *scene) willEnd() bool {
	if !s.straight() {
		return false
	}
	switch s.wait {
	case unleak.WaitSleep:
		return true
	case unleak.WaitReceive:
		return fires(s.op)
	case unleak.WaitSelect:
		for _, c := range s.op.Cases {
			if fires(c) {
				return true
			}
		}
	}
	return false
}

// shortSleep is a sleep after which a goroutine that was told to end has ended
// before a confirming run looks.
const shortSleep = 2 * time.Second

// naps reports whether the goroutine sleeps in a loop that it may leave when it
// wakes, and that may take longer than anyone watches.
func (s *scene) naps() bool {
	return s.op.Kind == source.Sleep && !s.endless() && !s.straight() &&
		(s.op.Lasts <= 0 || s.op.Lasts > shortSleep)
}

// fires reports whether a receive ends at some point in time.
func fires(op source.Op) bool {
	return op.Kind == source.Receive &&
		(op.Origin == source.FromTimer || op.Origin == source.FromTicker || op.Origin == source.FromDeadline)
}

// behind returns another goroutine that this one waits for: the two are one
// leak, and it is the other one's wait to end.
func (s *scene) behind() *scene {
	if all := s.ahead(); len(all) > 0 {
		return all[0]
	}
	return nil
}

// ahead returns the other goroutines that hold the lock that this one waits for,
// or are in a function that would end its wait.
func (s *scene) ahead() []*scene {
	var ahead []*scene
	for _, other := range s.all {
		switch {
		case other == s:
		case s.op.Kind == source.Lock || s.op.Kind == source.RLock:
			if s.waitsForHolder(other) {
				ahead = append(ahead, other)
			}
		case other.ends(s.op):
			ahead = append(ahead, other)
		}
	}
	return ahead
}

// ends reports whether the goroutine is in a function that would end the wait.
func (s *scene) ends(op source.Op) bool {
	for _, end := range op.Ends {
		for _, site := range s.sites {
			if site.Found() && site.File == end.File && strings.HasSuffix(site.Func, end.Func) {
				return true
			}
		}
	}
	return false
}

// has returns the innermost frame that is in the function, if any is.
func (s *scene) has(function string) (unleak.Frame, bool) {
	for _, f := range s.g.Stack {
		if f.Func == function || strings.HasPrefix(f.Func, function+".func") {
			return f, true
		}
	}
	return unleak.Frame{}, false
}

// expr returns what the goroutine is blocked on, as the source writes it; else
// the given words.
func (s *scene) expr(otherwise string) string {
	if s.op.Expr != "" {
		return s.op.Expr.String()
	}
	return otherwise
}

// method returns the method that the goroutine is blocked in as a person would
// call it, on what the source writes; else on the given words.
func (s *scene) method(name, otherwise string) string {
	if s.op.Expr != "" {
		return (s.op.Expr + source.Code("."+name)).String()
	}
	return otherwise + "'s " + name
}

// where says in which function and on which line the goroutine is blocked.
func (s *scene) where() string {
	name := s.site.Func
	if name == "" {
		name = shortName(s.at.Func)
	}
	return "in " + name + place(s.at.File, s.at.Line)
}

// place writes a file and line in parentheses, or nothing.
func place(file string, n int) string {
	if file == "" || n == 0 {
		return ""
	}
	return " (" + line(file, n) + ")"
}

// line writes a file's name and a line.
func line(file string, n int) string {
	return fmt.Sprintf("%s:%d", path.Base(strings.ReplaceAll(file, `\`, "/")), n)
}

// shortName returns a function's name without its package's path.
func shortName(function string) string {
	if function == "" {
		return "an unknown function"
	}
	return unleak.ShortFunc(function)
}

// who names an End: "(*Pool).Close (pool.go:30)".
func who(e source.End) string { return e.Func + place(e.File, e.Line) }

// fix is a Fix without edits.
func fix(format string, args ...any) unleak.Fix {
	return unleak.Fix{Title: fmt.Sprintf(format, args...)}
}
