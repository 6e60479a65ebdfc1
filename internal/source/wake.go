// SPDX-License-Identifier: MIT

package source

import (
	"go/ast"
	"go/types"
	"strings"
)

// enders returns who ends a wait of the kind on the object.
func (p *pack) enders(o types.Object, kind OpKind) []End {
	if o == nil {
		return nil
	}
	var ends []End
	flow := p.flows()
	for _, u := range flow.uses[flow.root(o)] {
		switch kind {
		case Receive:
			if u.how != "close" && (u.how != "send" || !u.signal) {
				continue
			}
		case Range:
			if u.how != "close" {
				continue
			}
		case Send:
			if u.how != "receive" {
				continue
			}
		case Lock, RLock:
			if u.object != o || u.how != "unlock" && u.how != "runlock" {
				continue
			}
		case Wait:
			if u.object != o || u.how != "done" {
				continue
			}
		case CondWait:
			if u.how != "signal" {
				continue
			}
		}
		ends = append(ends, p.end(u))
	}
	return ends
}

// cancellers returns who calls a cancel function of the context.
func (p *pack) cancellers(ctx types.Object) []End {
	if ctx == nil {
		return nil
	}
	var ends []End
	flow := p.flows()
	for _, cancel := range flow.cancels[flow.root(ctx)] {
		for _, u := range flow.uses[cancel] {
			if u.how == "cancel" {
				ends = append(ends, p.end(u))
			}
		}
	}
	return ends
}

// takers returns the functions that take a lock and return without giving it
// back, or the calls of Add on a WaitGroup.
func (p *pack) takers(o types.Object, kind OpKind) []End {
	if o == nil {
		return nil
	}
	var takes []End
	flow := p.flows()
	for _, u := range flow.uses[flow.root(o)] {
		switch {
		case u.object != o:
		case kind == Wait && u.how == "add":
			takes = append(takes, p.end(u))
		case (kind == Lock || kind == RLock) && (u.how == "lock" || u.how == "rlock") && u.decl != nil && p.keeps(u):
			takes = append(takes, p.end(u))
		}
	}
	return takes
}

// end describes a use, and finds the exported method through which it is
// reached.
func (p *pack) end(u use) End {
	f, at := p.at(u.node.Pos())
	e := End{How: u.how, Func: "a variable's initialiser", File: at.Filename, Line: at.Line}
	if f != nil {
		e.Text = strings.TrimSpace(f.line(at.Line))
	}
	if u.decl == nil {
		return e
	}
	e.Func = declName(u.decl)
	const levels = 3
	next := []*ast.FuncDecl{u.decl}
	seen := map[*ast.FuncDecl]bool{u.decl: true}
	for range levels {
		var callers []*ast.FuncDecl
		for _, d := range next {
			if name, _ := receiver(d); name != "" && d.Name.IsExported() {
				e.Type, e.Method = name, d.Name.Name
				return e
			}
			fn, _ := p.info.Defs[d.Name].(*types.Func)
			for _, ref := range p.flows().references[fn] {
				if caller := declOf(ref.path); caller != nil && !seen[caller] {
					seen[caller] = true
					callers = append(callers, caller)
				}
			}
		}
		next = callers
	}
	return e
}

// made returns where the channel is made, if that is one place.
func (p *pack) made(o types.Object) Made {
	flow := p.flows()
	root := flow.root(o)
	if len(flow.makes[root]) != 1 {
		return Made{}
	}
	call := flow.makes[root][0]
	f, at := p.at(call.Pos())
	end := p.fset.PositionFor(call.End(), false)
	if f == nil || end.Line != at.Line {
		return Made{}
	}
	line := f.line(at.Line)
	m := Made{File: f.name, Line: at.Line, Func: p.functionAt(f, call), Local: !flow.inField[root]}
	if ch, ok := call.Args[0].(*ast.ChanType); ok {
		m.Elem = p.text(ch.Value)
	}
	if len(call.Args) > 1 {
		m.Cap = p.text(call.Args[1])
		if v := p.info.Types[call.Args[1]].Value; v != nil && v.ExactString() == "0" {
			m.Cap = ""
		}
	}
	if from, to := at.Column-1, end.Column-1; 0 <= from && from <= to && to <= len(line) {
		m.Before, m.Text, m.After = line[:from], line[from:to], line[to:]
	}
	return m
}
