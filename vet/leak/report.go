// SPDX-License-Identifier: MIT

package leak

import (
	"cmp"
	"go/token"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/vet/internal/front"
	"github.com/unleak/unleak/vet/internal/model"
	"github.com/unleak/unleak/vet/internal/report"
	"github.com/unleak/unleak/vet/internal/search"
)

// A reporter gathers what the searches of a package's scopes have found: one leak
// shows in many of them.
type reporter struct {
	pass    *analysis.Pass
	text    *text
	started map[*ssa.Function]bool
	list    []leak
}

// A leak is a finding with its place and its schedule.
type leak struct {
	finding unleak.Finding
	pos     token.Pos
	// caller says that the goroutine is not one that the scope starts: its entry is
	// somebody who calls the scope's function.
	caller   bool
	leave    string // the end with which outsiders leave, in the words of the source
	schedule []step
}

// add takes what one search has found.
func (r *reporter) add(m *front.Model, root *ssa.Function, s search.Stuck) {
	last := s.Stack[len(s.Stack)-1]
	in := &m.Funcs[last.Func].Code[last.PC]
	wait := waitOf(in, s)
	if wait == "" {
		return
	}
	if made := in.Site.(*front.Site).Made; s.Nil && made != nil && !m.LeavesNil(made) {
		return
	}
	l := leak{caller: s.Spawn == nil && !r.started[root]}
	if l.caller && (wait == unleak.WaitSelectNone || s.Nil || r.text.idle(in.Site.(*front.Site).Pos)) {
		return // to stay is what its author or its caller wants, whose goroutine it is
	}
	g := unleak.Goroutine{Wait: wait}
	for _, p := range slices.Backward(s.Stack) {
		f := m.Funcs[p.Func]
		if f.Inner {
			continue
		}
		site := f.Code[p.PC].Site.(*front.Site)
		if len(g.Stack) == 0 {
			_, l.pos = r.text.at(site.Pos)
		}
		at := r.frame(f.Name, site.Pos)
		if start := r.pass.Fset.Position(l.pos); len(g.Stack) == 0 && start.Line == at.Line {
			at.Column = start.Column // of the expression, not of its operator
		}
		g.Stack = append(g.Stack, at)
	}
	if len(g.Stack) == 0 || !l.pos.IsValid() {
		return
	}
	key := g.Key()
	l.finding = unleak.Finding{
		Key: key.ID(), Cause: causeOf(in, wait, s), Grade: unleak.Likely, Count: s.Count, Wait: wait,
		Blocked: g.Stack[0], Entry: g.Stack[len(g.Stack)-1], Stack: g.Stack,
		Evidence: []unleak.Evidence{{
			Source: unleak.SourceVet, How: unleak.HowSchedule, Grade: unleak.Likely, Count: s.Count,
			Package: r.pass.Pkg.Path(),
		}},
	}
	if site, ok := s.Spawn.(*front.Site); ok {
		at := r.frame("", site.Pos)
		l.finding.Created = &at
	}
	l.schedule = r.steps(m, s)
	l.finding.Schedule = &unleak.Schedule{Of: s.Of}
	for _, st := range l.schedule {
		if st.proc == outsiders {
			l.leave = st.What
		}
		l.finding.Schedule.Steps = append(l.finding.Schedule.Steps, st.Step)
	}
	if l.finding.Created != nil {
		l.finding.Created.Func = starter(m, s)
	}
	r.list = append(r.list, l)
}

func (r *reporter) frame(name string, pos token.Pos) unleak.Frame {
	return report.Frame(r.pass.Fset, name, pos)
}

// starter returns the function with the go statement that started a stuck
// goroutine.
func starter(m *front.Model, s search.Stuck) string {
	for _, e := range s.Schedule {
		if f := m.Funcs[e.At.Func]; slices.Contains(s.Procs, e.Peer) && e.Proc != e.Peer && !f.Inner {
			if op := f.Code[e.At.PC].Op; op == model.Go || op == model.GoInvoke {
				return f.Name
			}
		}
	}
	return ""
}

// report tells the driver of the leaks, each once, and returns them.
func (r *reporter) report() []unleak.Finding {
	// Where a goroutine of a scope's own leaks at a place, a caller who would leak
	// there is the same goroutine, seen from a smaller scope.
	known := make(map[token.Pos]bool)
	for _, l := range r.list {
		known[l.pos] = known[l.pos] || !l.caller
	}
	slices.SortStableFunc(r.list, func(a, b leak) int {
		return cmp.Or(cmp.Compare(a.pos, b.pos), cmp.Compare(len(a.schedule), len(b.schedule)))
	})
	seen := make(map[string]bool)
	r.list = slices.DeleteFunc(r.list, func(l leak) bool {
		again := seen[l.finding.Key] || l.caller && known[l.pos]
		seen[l.finding.Key] = seen[l.finding.Key] || !again
		return again
	})
	r.explain()
	var findings []unleak.Finding
	for _, l := range r.list {
		r.pass.Report(analysis.Diagnostic{
			Pos:      l.pos,
			Category: string(l.finding.Cause),
			Message:  l.finding.Diagnosis(),
			Related:  related(l.schedule),
		})
		findings = append(findings, l.finding)
	}
	return findings
}

// waitOf returns the runtime's name for a wait, or "" for none of its kinds.
func waitOf(in *model.Instr, s search.Stuck) unleak.Wait {
	switch in.Op {
	case model.Send:
		if s.Nil {
			return unleak.WaitSendNil
		}
		return unleak.WaitSend
	case model.Recv:
		if s.Nil {
			return unleak.WaitReceiveNil
		}
		return unleak.WaitReceive
	case model.Select:
		if len(in.Cases) == 0 {
			return unleak.WaitSelectNone
		}
		return unleak.WaitSelect
	case model.Lock:
		// A writer waits for other writers in the mutex that an RWMutex has inside.
		if in.N == 1 && len(in.Cells) > 0 {
			return unleak.WaitRWLock
		}
		return unleak.WaitMutex
	case model.RLock:
		return unleak.WaitRLock
	case model.Wait:
		return unleak.WaitGroup
	case model.Park:
		return unleak.WaitCond
	}
	return ""
}

func causeOf(in *model.Instr, wait unleak.Wait, s search.Stuck) unleak.Cause {
	site := in.Site.(*front.Site)
	switch wait {
	case unleak.WaitSendNil, unleak.WaitReceiveNil:
		return unleak.CauseNilChannel
	case unleak.WaitSend:
		return unleak.CauseChanSend
	case unleak.WaitReceive:
		switch {
		case site.Range:
			return unleak.CauseChanRange
		case site.Context:
			return unleak.CauseContext
		}
		return unleak.CauseChanReceive
	case unleak.WaitSelect:
		if site.Context {
			return unleak.CauseContext
		}
		return unleak.CauseSelect
	case unleak.WaitSelectNone:
		return unleak.CauseEmptySelect
	case unleak.WaitGroup:
		return unleak.CauseWaitGroup
	case unleak.WaitCond:
		return unleak.CauseCond
	}
	for _, other := range s.With { // a lock: two that wait for different ones hold them
		if other.Object.Kind != model.Zero && other.Object != s.Object {
			return unleak.CauseLockOrder
		}
	}
	if len(in.Cells) > 0 && in.Cells[0].Kind == model.RWMutex {
		return unleak.CauseRWMutex
	}
	return unleak.CauseMutex
}
