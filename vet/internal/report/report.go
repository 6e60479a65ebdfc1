// SPDX-License-Identifier: MIT

package report

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/unleak/unleak"
)

// A Result is what an analyzer has found in one package.
type Result struct {
	Findings []unleak.Finding
	// Failed lists what was lost to mistakes of ours.
	Failed []unleak.Loss
	// Scopes counts the functions that were searched, and Unfinished lists those not
	// to the end.
	Scopes     int
	Unfinished []unleak.Loss
}

// A Leak is one place in source that leaks.
type Leak struct {
	// Pos is the place to look at.
	Pos   token.Pos
	Cause unleak.Cause
	Grade unleak.Grade
	Wait  unleak.Wait
	// Stack is the goroutine's, as a dump would show it from Blocked outwards: its
	// ends make the key.
	Stack []unleak.Frame
	// Own is Pos as a frame, where it is not on the stack.
	Own     *unleak.Frame
	Created *unleak.Frame
	// Message says in one line what is wrong, without cause and grade.
	Message     string
	Explanation string
	Fixes       []unleak.Fix
	Related     []analysis.RelatedInformation
}

// A Reporter gathers the leaks of one package.
type Reporter struct {
	pass *analysis.Pass
	list []Leak

	failed []unleak.Loss
}

// NewReporter returns a reporter for a pass.
func NewReporter(pass *analysis.Pass) *Reporter { return &Reporter{pass: pass} }

// Try runs the analysis of one function. A mistake of ours loses that one only.
func (r *Reporter) Try(function string, analyse func()) {
	defer func() {
		if p := recover(); p != nil {
			r.failed = append(r.failed, unleak.Loss{
				Kind:    "crash",
				Package: r.pass.Pkg.Path(),
				Message: fmt.Sprintf("The analysis of %s by %s failed: %v. Please report this.", function, r.pass.Analyzer.Name, p),
				Hides:   true,
			})
		}
	}()
	analyse()
}

// Add takes a leak.
func (r *Reporter) Add(l Leak) { r.list = append(r.list, l) }

// Frame returns a place in a function.
func (r *Reporter) Frame(function string, pos token.Pos) unleak.Frame {
	return Frame(r.pass.Fset, function, pos)
}

// Frame returns a place in a function.
func Frame(fset *token.FileSet, function string, pos token.Pos) unleak.Frame {
	p := fset.Position(pos)
	return unleak.Frame{Func: function, File: p.Filename, Line: p.Line, Column: p.Column}
}

// Start returns where a call begins, of which SSA form knows the parenthesis.
func (r *Reporter) Start(lparen token.Pos) token.Pos {
	start := lparen
	for _, file := range r.pass.Files {
		if file.FileStart > lparen || lparen > file.FileEnd {
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if c, ok := n.(*ast.CallExpr); ok && c.Lparen == lparen {
				start = c.Pos()
			}
			return n != nil && n.Pos() <= lparen && lparen <= n.End()
		})
	}
	return start
}

// Done tells the driver of the leaks, in the order of the source, and returns
// them. Each place is told once, though several leaks may have one key: a dump
// shows all forgotten response bodies as the same goroutine of net/http.
func (r *Reporter) Done() *Result {
	slices.SortStableFunc(r.list, func(a, b Leak) int { return cmp.Compare(a.Pos, b.Pos) })
	result := &Result{Failed: r.failed}
	seen := make(map[token.Pos]bool)
	for _, l := range r.list {
		if seen[l.Pos] || len(l.Stack) == 0 {
			continue
		}
		seen[l.Pos] = true
		r.pass.Report(analysis.Diagnostic{
			Pos:      l.Pos,
			Category: string(l.Cause),
			Message:  fmt.Sprintf("%s: %s  [%s]", l.Cause, l.Message, l.Grade),
			Related:  l.Related,
		})
		result.Findings = append(result.Findings, r.finding(l))
	}
	return result
}

func (r *Reporter) finding(l Leak) unleak.Finding {
	g := unleak.Goroutine{Wait: l.Wait, Stack: l.Stack}
	how := unleak.HowSource
	if l.Cause == unleak.CauseTicker || l.Cause == unleak.CauseSleepLoop || l.Cause == unleak.CauseBusyLoop {
		how = unleak.HowEndlessLoop
	}
	return unleak.Finding{
		Key: g.Key().ID(), Cause: l.Cause, Grade: l.Grade, Count: 1, Wait: l.Wait,
		Blocked: g.Blocked(), Own: l.Own, Entry: g.Entry(), Created: l.Created, Stack: l.Stack,
		Evidence: []unleak.Evidence{{
			Source: unleak.SourceVet, How: how, Grade: l.Grade, Count: 1, Package: r.pass.Pkg.Path(),
		}},
		Explanation: l.Explanation,
		Fixes:       l.Fixes,
	}
}

// IsTest reports whether a position is in a test file. What a test starts ends
// with its process at the latest, and running the test shows it better.
func IsTest(fset *token.FileSet, pos token.Pos) bool {
	return strings.HasSuffix(fset.File(pos).Name(), "_test.go")
}
