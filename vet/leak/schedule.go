// SPDX-License-Identifier: MIT

package leak

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/vet/internal/front"
	"github.com/unleak/unleak/vet/internal/model"
	"github.com/unleak/unleak/vet/internal/search"
)

// A step is one line of a schedule, with its place in the files of the pass.
type step struct {
	unleak.Step
	pos  token.Pos
	proc int
	op   model.Op
}

// A writer writes a schedule in the words of the source.
type writer struct {
	*reporter
	m     *front.Model
	stuck search.Stuck
	// entries holds the function that each goroutine started with, and siblings how
	// many started with it.
	entries  map[int]string
	siblings map[string]int
	names    map[int]string
	steps    []step
}

// steps returns a schedule: what is done, and then who is stuck.
func (r *reporter) steps(m *front.Model, s search.Stuck) []step {
	w := &writer{
		reporter: r, m: m, stuck: s,
		entries: map[int]string{0: m.Funcs[0].Name}, siblings: make(map[string]int), names: make(map[int]string),
	}
	w.meet()
	for _, e := range s.Schedule {
		w.event(e)
	}
	for i, other := range s.With {
		if i < maxWith {
			w.wait(other)
		}
	}
	w.wait(s)
	return w.steps
}

// outsiders is the number of those who are no goroutine of the schedule.
const outsiders = -1

// maxWith is how many of the others that are stuck at the same time are shown.
const maxWith = 3

// meet finds out who takes part and gives each goroutine a name: that of the
// function that it started with, as it is called inside the first one's, and a
// number where several have it.
func (w *writer) meet() {
	var order []int
	for _, e := range w.stuck.Schedule {
		if op := w.instr(e.At).Op; (op == model.Go || op == model.GoInvoke) && e.Peer >= 0 {
			order = append(order, e.Peer)
			w.entries[e.Peer] = w.entry(e)
			w.siblings[w.entries[e.Peer]]++
		}
	}
	root := w.entries[0]
	w.names[0] = local(root, root)
	seen := make(map[string]int)
	for _, proc := range order {
		f := w.entries[proc]
		seen[f]++
		w.names[proc] = local(f, root)
		if w.siblings[f] > 1 || f == root {
			w.names[proc] += fmt.Sprintf(" #%d", seen[f])
		}
	}
}

// entry returns the function that a go statement starts. Code that stands for the
// standard library's has no name of its own: then it is the function that the
// goroutine runs first.
func (w *writer) entry(start search.Event) string {
	if f := w.m.Funcs[start.PeerAt.Func]; !f.Inner {
		return f.Name
	}
	for _, e := range w.stuck.Schedule {
		if f := w.m.Funcs[e.At.Func]; e.Proc == start.Peer && !f.Inner {
			return f.Name
		}
	}
	for _, s := range append(slices.Clone(w.stuck.With), w.stuck) {
		for _, p := range s.Stack {
			if f := w.m.Funcs[p.Func]; slices.Contains(s.Procs, start.Peer) && !f.Inner {
				return f.Name
			}
		}
	}
	return "goroutine"
}

// local shortens a function's name: without its package, and a function literal's
// without the function around it where that is the schedule's own.
func local(f, root string) string {
	if rest, ok := strings.CutPrefix(f, root+"."); ok {
		return rest
	}
	short := unleak.ShortFunc(f)
	if _, rest, ok := strings.Cut(short, "."); ok {
		return rest
	}
	return short
}

func (w *writer) instr(p search.Point) *model.Instr { return &w.m.Funcs[p.Func].Code[p.PC] }

// event writes what happens at one event.
func (w *writer) event(e search.Event) {
	in := w.instr(e.At)
	if in.Op == model.Lock && in.N == 1 || w.m.Funcs[e.At.Func].Inner {
		return
	}
	st := w.step(e.Proc, e.At, e.Way)
	switch in.Op {
	case model.Go, model.GoInvoke:
		if n := len(w.steps) - 1; n >= 0 && w.steps[n].pos == st.pos && w.steps[n].proc == e.Proc {
			w.steps[n].Times = max(w.steps[n].Times, 1) + 1
			return
		}
	case model.Return:
		w.returns(w.atEnd(st, e.At))
		return
	case model.Branch:
		if e.Way > 0 {
			return
		}
		st.Note = "fails"
	}
	if in.Op == model.Select && in.Site.(*front.Site).Leave {
		if e.Way != 0 {
			return
		}
		st.proc, st.Goroutine = outsiders, "callers"
		st.What, st.Note = strings.TrimPrefix(st.What, "case "), "they leave"
	}
	if st.What == "" {
		return
	}
	w.steps = append(w.steps, st)
	if in.Op != model.Send && in.Op != model.Select || e.Peer < 0 {
		return
	}
	other := w.step(e.Peer, e.PeerAt, e.PeerWay)
	n := len(w.steps)
	w.steps[n-1].Meets, other.Meets = n+1, n
	w.steps = append(w.steps, other)
}

// returns writes that a goroutine's first function returns: where that stands in
// the line of what it did last, as a note there. That those return which did what
// the stuck one would have liked to do is not worth a line.
func (w *writer) returns(st step) {
	if !slices.Contains(w.stuck.Procs, st.proc) && len(w.stuck.Procs) > 0 && w.entries[st.proc] == w.entries[w.stuck.Procs[0]] {
		return
	}
	for i, before := range slices.Backward(w.steps) {
		if before.proc != st.proc {
			continue
		}
		a, b := w.pass.Fset.Position(before.pos), w.pass.Fset.Position(st.pos)
		if a.Filename == b.Filename && a.Line == b.Line && before.Note == "" && before.op != model.Go {
			w.steps[i].Note = "returns"
			return
		}
		break
	}
	w.steps = append(w.steps, st)
}

// atEnd corrects a return that no statement names: it stands at the closing brace.
func (w *writer) atEnd(st step, at search.Point) step {
	if strings.HasPrefix(st.What, "return") {
		return st
	}
	st.What = "end of function"
	f := w.m.Source[at.Func]
	if f == nil {
		return st
	}
	var body *ast.BlockStmt
	switch syntax := f.Syntax().(type) {
	case *ast.FuncDecl:
		body = syntax.Body
	case *ast.FuncLit:
		body = syntax.Body
	}
	if body != nil {
		st.pos = body.Rbrace
		st.At = w.frame(w.m.Funcs[at.Func].Name, st.pos)
	}
	return st
}

// step writes what a goroutine does at a point, by the way it goes on.
func (w *writer) step(proc int, at search.Point, way int) step {
	in, f := w.instr(at), w.m.Funcs[at.Func]
	site := in.Site.(*front.Site)
	st := step{proc: proc, op: in.Op, Step: unleak.Step{Goroutine: w.names[proc]}}
	st.What, st.pos = w.text.at(site.Pos)
	if in.Op == model.Select {
		if way >= 0 && way < len(site.Cases) {
			if text, pos := w.text.at(site.Cases[way]); text != "" {
				st.What, st.pos = "case "+text, pos
			}
		} else if way < -1 {
			st.What = "default"
		}
	}
	st.At = w.frame(f.Name, st.pos)
	return st
}

// wait writes where goroutines are stuck. Several at one place are one step.
func (w *writer) wait(s search.Stuck) {
	for _, p := range slices.Backward(s.Stack) {
		if w.m.Funcs[p.Func].Inner {
			continue
		}
		proc := 0
		if len(s.Procs) > 0 {
			proc = s.Procs[0]
		}
		st := w.step(proc, p, -1)
		for _, also := range s.Procs[min(1, len(s.Procs)):] {
			if _, number, ok := strings.Cut(w.names[also], " #"); ok {
				st.Goroutine += ", #" + number
			}
		}
		last := s.Stack[len(s.Stack)-1]
		st.Stuck, st.Note = true, never(w.instr(last), s)
		w.steps = append(w.steps, st)
		return
	}
}

// never says what does not happen, so that a wait does not end.
func never(in *model.Instr, s search.Stuck) string {
	site := in.Site.(*front.Site)
	switch in.Op {
	case model.Send:
		if s.Nil {
			return "the channel is nil"
		}
		return "nobody receives"
	case model.Recv:
		switch {
		case s.Nil:
			return "the channel is nil"
		case site.Context:
			return "nobody cancels"
		case site.Range:
			return "nobody closes"
		}
		return "nobody sends"
	case model.Select:
		return "no case can go on"
	case model.Lock, model.RLock:
		return "never unlocked"
	case model.Wait:
		return "never comes to zero"
	case model.Park:
		return "nobody signals"
	}
	return ""
}

// related makes a schedule what drivers show beside a diagnostic.
func related(steps []step) []analysis.RelatedInformation {
	var list []analysis.RelatedInformation
	for i, s := range steps {
		list = append(list, analysis.RelatedInformation{Pos: s.pos, Message: fmt.Sprintf("%d  %s", i+1, s.Text())})
	}
	return list
}
