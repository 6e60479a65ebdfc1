// SPDX-License-Identifier: MIT

package leak

import (
	"fmt"
	"go/token"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/vet/internal/front"
	"github.com/unleak/unleak/vet/internal/model"
	"github.com/unleak/unleak/vet/internal/search"
)

// A step is one line of a schedule.
type step struct {
	pos  token.Pos
	who  string
	what string
	note string
}

// steps writes a schedule in the words of the source. Goroutines are called by the
// function that they started with, and a number where there are several.
func (r *reporter) steps(m *front.Model, s search.Stuck) []step {
	names := map[int]string{0: unleak.ShortFunc(m.Funcs[0].Name)}
	count := make(map[string]int)
	var steps []step
	for _, e := range s.Schedule {
		in := &m.Funcs[e.At.Func].Code[e.At.PC]
		site := in.Site.(*front.Site)
		what, pos := r.text.at(site.Pos)
		st := step{pos: pos, who: names[e.Proc], what: what}
		switch in.Op {
		case model.Go, model.GoInvoke:
			name := "goroutine"
			if a := in.Args[0]; a.Reg < 0 && a.Const.Kind == model.Fn {
				name = unleak.ShortFunc(m.Funcs[a.Const.A].Name)
			}
			count[name]++
			names[e.Peer] = fmt.Sprintf("%s #%d", name, count[name])
			st.note = "starts " + names[e.Peer]
		case model.Send, model.Recv, model.Select:
			if e.Peer >= 0 {
				st.note = "meets " + names[e.Peer]
			}
			if in.Op == model.Select && e.Way >= 0 && e.Way < len(site.Cases) {
				if text, at := r.text.at(site.Cases[e.Way]); text != "" {
					st.what, st.pos = "case "+text, at
				}
			}
		case model.Return:
			st.what, st.note = "return", "ends"
		}
		if st.what == "" || in.Op == model.Lock && in.N == 1 {
			continue
		}
		steps = append(steps, st)
	}
	return steps
}

// related makes a schedule what drivers show beside a diagnostic.
func related(steps []step) []analysis.RelatedInformation {
	var list []analysis.RelatedInformation
	for i, s := range steps {
		text := fmt.Sprintf("%d  %s  %s", i+1, s.who, s.what)
		if s.note != "" {
			text += "  " + s.note
		}
		list = append(list, analysis.RelatedInformation{Pos: s.pos, Message: text})
	}
	return list
}

func explain(l leak) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Nothing can end %s", l.expr)
	if n := len(l.schedule); n > 0 {
		last := l.schedule[n-1]
		fmt.Fprintf(&b, " after %s has come to %s", last.who, last.what)
	}
	b.WriteString(".")
	return b.String()
}

// failure tells of a scope that is lost.
func failure(f *ssa.Function, reason any) unleak.Loss {
	return unleak.Loss{
		Kind:    "crash",
		Package: f.Package().Pkg.Path(),
		Message: fmt.Sprintf("The analysis of %s failed: %v. Please report this.", front.Name(f), reason),
		Hides:   true,
	}
}
