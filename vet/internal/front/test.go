// SPDX-License-Identifier: MIT

package front

import (
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/unleak/unleak/vet/internal/model"
)

// failing holds what makes a test fail or skips it. What it leaves after that is
// not its bug.
var failing = map[string]bool{
	"(*testing.common).Error":   true,
	"(*testing.common).Errorf":  true,
	"(*testing.common).Fail":    true,
	"(*testing.common).Fatal":   true,
	"(*testing.common).Fatalf":  true,
	"(*testing.common).FailNow": true,
	"(*testing.common).Skip":    true,
	"(*testing.common).Skipf":   true,
	"(*testing.common).SkipNow": true,
	"testing.TB.Error":          true,
	"testing.TB.Errorf":         true,
	"testing.TB.Fail":           true,
	"testing.TB.Fatal":          true,
	"testing.TB.Fatalf":         true,
	"testing.TB.FailNow":        true,
	"testing.TB.Skip":           true,
	"testing.TB.Skipf":          true,
	"testing.TB.SkipNow":        true,
}

// inTest reports whether a function stands in a file of tests.
func inTest(f *ssa.Function) bool {
	for f.Parent() != nil {
		f = f.Parent()
	}
	return f.Pos().IsValid() && strings.HasSuffix(f.Prog.Fset.Position(f.Pos()).Filename, "_test.go")
}

// isTest reports whether package testing calls a function, and only that: a test, a
// benchmark, or a literal for a part of one. What such a function begins with is
// nobody's choice.
func isTest(f *ssa.Function) bool {
	if f == nil || !inTest(f) || len(f.Params) != 1 || f.Signature.Results().Len() > 0 {
		return false
	}
	t, ok := f.Params[0].Type().(*types.Pointer)
	return ok && (named(t.Elem()) == "testing.T" || named(t.Elem()) == "testing.B")
}

// passing returns which way on from a condition is the only one on which the test
// does not fail: 1 for the first, 2 for the other, 0 where there are two, or none.
func (c *coder) passing(from *ssa.BasicBlock) int {
	if !c.inTest {
		return 0
	}
	yes, no := fails(from.Succs[0], nil), fails(from.Succs[1], nil)
	switch {
	case yes && !no:
		return 2
	case no && !yes:
		return 1
	}
	return 0
}

// fails reports whether all ways on from a block end in a failed test. Blocks on the
// path that led there are not looked at again.
func fails(blk *ssa.BasicBlock, path []*ssa.BasicBlock) bool {
	for _, in := range blk.Instrs {
		switch in := in.(type) {
		case *ssa.Panic:
			return true
		case *ssa.Call:
			if failing[calledName(in.Common())] {
				return true
			}
		}
	}
	if len(blk.Succs) == 0 || len(path) > maxFailing {
		return false
	}
	for _, next := range blk.Succs {
		for _, p := range path {
			if p == next {
				return false
			}
		}
		if !fails(next, append(path, blk)) {
			return false
		}
	}
	return true
}

// maxFailing is how many blocks may lie between a condition and a failure.
const maxFailing = 4

// calledName returns the full name of the function or method that a call means, as
// far as that is known.
func calledName(call *ssa.CallCommon) string {
	switch {
	case call.IsInvoke():
		return named(call.Value.Type()) + "." + call.Method.Name()
	case call.StaticCallee() != nil:
		return standardName(call.StaticCallee())
	}
	return ""
}

// usesTestContext reports whether the function asks for its test's context.
func usesTestContext(f *ssa.Function) bool {
	for _, blk := range f.Blocks {
		for _, in := range blk.Instrs {
			call, ok := in.(*ssa.Call)
			if !ok {
				continue
			}
			callee := call.Common().StaticCallee()
			if callee != nil && callee.Name() != "Context" {
				continue // whose full name takes longer
			}
			if testContext[calledName(call.Common())] {
				return true
			}
		}
	}
	return false
}

// testContext holds the methods that return a context which ends with the test.
var testContext = map[string]bool{
	"(*testing.common).Context": true,
	"testing.TB.Context":        true,
}

// endWithTest writes the call of a test's Context: somebody ends it when the
// function returns, and not before (package testing cancels it when the test has
// returned, before its cleanups run).
func endWithTest(c *coder, dst []int, _ []ssa.Value) {
	parent := c.fresh(1)
	noContext(c, []int{parent}, nil)
	c.cancelled([]int{dst[0], c.ending[0].Reg}, model.Reg(parent))
}
