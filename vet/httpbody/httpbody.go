// SPDX-License-Identifier: MIT

// Package httpbody defines an analyzer that finds responses of HTTP clients whose
// body is not closed on every way out.
package httpbody

import (
	"fmt"
	"go/constant"
	"go/types"
	"reflect"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/passes/buildssa"
	"golang.org/x/tools/go/ssa"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/vet/internal/front"
	"github.com/unleak/unleak/vet/internal/lifetime"
	"github.com/unleak/unleak/vet/internal/report"
	"github.com/unleak/unleak/vet/internal/symbol"
)

const doc = `report HTTP responses whose body is not closed

"The caller must close the response body when finished with it" (package net/http).
Until the body is closed or read to its end, the connection belongs to it, with the
two goroutines that serve it (net/http/transport.go, persistConn.readLoop waits for
bodyEOF or the request's end).

Reported is a function with a way from a request to a return, or to the next
request, on which err is nil and the body is neither closed, read, nor given to
other code. Nothing is reported where the response goes to other code, where any
part of the body is read (a reader often meets the end without being told), and in
functions that make HEAD requests, whose responses have no body.`

// Analyzer reports responses. Its result is a *Result.
var Analyzer = &analysis.Analyzer{
	Name:       "httpbody",
	Doc:        doc,
	URL:        "https://github.com/unleak/unleak",
	Requires:   []*analysis.Analyzer{buildssa.Analyzer},
	ResultType: reflect.TypeFor[*report.Result](),
	Run:        run,
}

func run(pass *analysis.Pass) (any, error) {
	r := report.NewReporter(pass)
	lifetime.EachCall(pass, r, func(call *ssa.Call, callee *types.Func) {
		if isRequest(callee) && !heads(call.Parent()) {
			check(pass, r, call)
		}
	})
	return r.Done(), nil
}

// isRequest reports whether a function makes requests that are not always HEAD.
func isRequest(f *types.Func) bool {
	return symbol.Is(f, "net/http", "", "Get", "Post", "PostForm") ||
		symbol.Is(f, "net/http", "Client", "Do", "Get", "Post", "PostForm")
}

// heads reports whether HEAD stands in a function, or in one around it.
func heads(f *ssa.Function) bool {
	for ; f != nil; f = f.Parent() {
		for _, b := range f.Blocks {
			for _, in := range b.Instrs {
				for _, v := range in.Operands(nil) {
					if c, ok := (*v).(*ssa.Const); ok && c.Value != nil && c.Value.Kind() == constant.String && constant.StringVal(c.Value) == "HEAD" {
						return true
					}
				}
			}
		}
	}
	return false
}

func check(pass *analysis.Pass, r *report.Reporter, call *ssa.Call) {
	fate := lifetime.Follow(lifetime.Object{
		Make: call, Value: lifetime.Result(call, 0), Err: lifetime.Error(call), Use: use,
	})
	if fate.Escapes || fate.Out == nil {
		return
	}
	at := r.Start(call.Pos())
	own := r.Frame(front.Name(call.Parent()), at)
	const readLoop = "net/http.(*persistConn).readLoop"
	l := report.Leak{
		Pos: at, Cause: unleak.CauseHTTPBody, Grade: unleak.Likely, Wait: unleak.WaitSelect,
		Stack: []unleak.Frame{{Func: readLoop}}, Own: &own,
		Created: &unleak.Frame{Func: "net/http.(*Transport).dialConn"},
		Message: "the body of this response is never closed",
		Fixes:   []unleak.Fix{{Title: fmt.Sprintf("After the check of the error of line %d, write defer resp.Body.Close()", own.Line)}},
	}
	if fate.Released {
		l.Message = fmt.Sprintf("the body of this response is not closed on the way to line %d", pass.Fset.Position(fate.Out.Pos()).Line)
		l.Related = []analysis.RelatedInformation{{Pos: fate.Out.Pos(), Message: "control leaves here with the body open"}}
		l.Fixes[0].Title = fmt.Sprintf("Close the body earlier: write defer resp.Body.Close() right after the check of the error of line %d", own.Line)
	}
	l.Explanation = "A client's connection, with two goroutines, waits until the body of its response is read to the end or closed, and " + l.Message + "."
	r.Add(l)
}

// use says what an instruction does to a response or to its body. Whoever reads
// from the body may read it to its end.
func use(in ssa.Instruction, v ssa.Value) lifetime.Effect {
	switch in := in.(type) {
	case *ssa.FieldAddr:
		if field(in.X.Type(), in.Field) == "Body" {
			return lifetime.Derives
		}
		return lifetime.Keeps
	case *ssa.UnOp:
		if _, ok := v.(*ssa.FieldAddr); ok {
			return lifetime.Derives
		}
	case ssa.CallInstruction:
		c := in.Common()
		if c.IsInvoke() && c.Value == v {
			return lifetime.Releases // Close, or Read
		}
		if f := c.StaticCallee(); f != nil && f.Signature.Recv() != nil && len(c.Args) > 0 && c.Args[0] == v {
			switch front.Name(f) {
			case "net/http.(*Response).Cookies", "net/http.(*Response).Location", "net/http.(*Response).ProtoAtLeast":
				return lifetime.Keeps
			}
		}
		if isBody(v) {
			return lifetime.Releases // a reader, or other code that has it now
		}
	}
	return lifetime.Unknown
}

func field(t types.Type, i int) string {
	p, ok := types.Unalias(t).Underlying().(*types.Pointer)
	if !ok {
		return ""
	}
	s, ok := types.Unalias(p.Elem()).Underlying().(*types.Struct)
	if !ok {
		return ""
	}
	return s.Field(i).Name()
}

// isBody reports whether a value is the body, not the response.
func isBody(v ssa.Value) bool {
	_, ok := types.Unalias(v.Type()).Underlying().(*types.Interface)
	return ok && v.Type().String() != "any"
}
