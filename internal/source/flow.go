// SPDX-License-Identifier: MIT

package source

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"
)

// A flow joins the variables of a package that may hold the same value: the two
// sides of an assignment, a parameter and its argument, a field and what a
// composite literal puts there, a result and what is returned. Order and paths
// are not looked at, so that a joined class may be too large: good enough to say
// where a channel was made and who closes it, not to tell two locks apart.
type flow struct {
	p      *pack
	parent map[types.Object]types.Object
	// origins and makes tell of a class's channels by its root; cancels maps a
	// context's root to the roots of its cancel functions.
	origins map[types.Object]Origin
	makes   map[types.Object][]*ast.CallExpr
	cancels map[types.Object][]types.Object
	// deadlines holds the variables that are assigned a context with a deadline;
	// not their classes, since a parameter may be given many.
	deadlines map[types.Object]bool
	inField   map[types.Object]bool
	// clients and defaults tell of the http.Clients of a class by its root: those
	// that are made, and whether http.DefaultClient is one.
	clients  map[types.Object][]madeClient
	defaults map[types.Object]bool
	uses     map[types.Object][]use
	// references lists where each function of the package is named.
	references map[*types.Func][]reference
}

// A use is a place that ends a wait or begins one.
type use struct {
	how  string
	node ast.Node
	decl *ast.FuncDecl // nil in a variable's initialiser
	// signal says that a sent value bears no news: struct{} or bool.
	signal bool
	object types.Object
}

// A reference is a place where a function is called or named.
type reference struct {
	path []ast.Node // from the file to the identifier
}

// A fact is something known of a variable before classes are final.
type fact struct {
	object types.Object
	origin Origin
	made   *ast.CallExpr
	cancel types.Object
	client *madeClient
	// timeout is what the Timeout field of a client is set to.
	timeout  ast.Expr
	standard bool // http.DefaultClient
	field    bool
}

func (p *pack) flows() *flow {
	if p.flow != nil {
		return p.flow
	}
	f := &flow{
		p:          p,
		parent:     make(map[types.Object]types.Object),
		origins:    make(map[types.Object]Origin),
		makes:      make(map[types.Object][]*ast.CallExpr),
		cancels:    make(map[types.Object][]types.Object),
		deadlines:  make(map[types.Object]bool),
		inField:    make(map[types.Object]bool),
		clients:    make(map[types.Object][]madeClient),
		defaults:   make(map[types.Object]bool),
		uses:       make(map[types.Object][]use),
		references: make(map[*types.Func][]reference),
	}
	p.flow = f
	var facts []fact
	for _, file := range p.files {
		ast.PreorderStack(file.syntax, nil, func(n ast.Node, around []ast.Node) bool {
			facts = f.join(facts, n, around)
			return true
		})
	}
	for _, fact := range facts {
		root := f.root(fact.object)
		switch {
		case fact.origin == FromDeadline:
			f.deadlines[fact.object] = true
		case fact.origin != "":
			f.origins[root] = fact.origin
		case fact.made != nil:
			f.makes[root] = append(f.makes[root], fact.made)
		case fact.cancel != nil:
			f.cancels[root] = append(f.cancels[root], f.root(fact.cancel))
		case fact.client != nil:
			f.clients[root] = append(f.clients[root], *fact.client)
		case fact.standard:
			f.defaults[root] = true
		case fact.field:
			f.inField[root] = true
		}
	}
	for _, fact := range facts { // client.Timeout = …
		if made := f.clients[f.root(fact.object)]; fact.timeout != nil && len(made) == 1 {
			made[0].timeout = fact.timeout
		}
	}
	for _, file := range p.files {
		ast.PreorderStack(file.syntax, nil, func(n ast.Node, around []ast.Node) bool {
			f.collect(n, around)
			return true
		})
	}
	return f
}

// root returns the representative of an object's class.
func (f *flow) root(o types.Object) types.Object {
	for {
		up := f.parent[o]
		if up == nil {
			return o
		}
		if next := f.parent[up]; next != nil {
			f.parent[o] = next
		}
		o = up
	}
}

func (f *flow) union(a, b types.Object) {
	if a == nil || b == nil || !carries(a.Type()) || !carries(b.Type()) {
		return
	}
	if a, b = f.root(a), f.root(b); a != b {
		f.parent[a] = b
	}
}

// carries reports whether values of a type can hold what goroutines wait for.
// Unknown types may.
func carries(t types.Type) bool {
	if t == nil {
		return true
	}
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Kind() == types.Invalid
	case *types.Slice:
		return !isBasic(u.Elem())
	case *types.Map:
		return !isBasic(u.Elem())
	case *types.Interface:
		return u.NumMethods() > 0 // any would join everything with everything
	}
	return true
}

func isBasic(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Kind() != types.Invalid
}

// join joins what one node brings together, and adds the facts that it states.
func (f *flow) join(facts []fact, n ast.Node, around []ast.Node) []fact {
	switch n := n.(type) {
	case *ast.AssignStmt:
		return f.assign(facts, n.Lhs, n.Rhs)
	case *ast.ValueSpec:
		lhs := make([]ast.Expr, len(n.Names))
		for i, name := range n.Names {
			lhs[i] = name
			if o := f.p.object(name); len(n.Values) == 0 && o != nil && isClient(o.Type()) {
				facts = append(facts, fact{object: o, client: &madeClient{pos: name.Pos()}})
			}
		}
		return f.assign(facts, lhs, n.Values)
	case *ast.RangeStmt:
		if n.Value != nil {
			f.union(f.p.object(n.Value), f.p.object(n.X))
		}
	case *ast.CompositeLit:
		for _, elt := range n.Elts {
			if kv, ok := elt.(*ast.KeyValueExpr); ok {
				facts = f.assign(facts, []ast.Expr{kv.Key}, []ast.Expr{kv.Value})
			}
		}
	case *ast.CallExpr:
		sig := f.p.localSignature(n)
		for i, arg := range n.Args {
			if param := parameter(sig, i); param != nil {
				facts = f.flowsTo(facts, param, arg)
			}
		}
	case *ast.ReturnStmt:
		sig := f.p.signatureAround(around)
		for i, result := range n.Results {
			if sig != nil && i < sig.Results().Len() && len(n.Results) == sig.Results().Len() {
				facts = f.flowsTo(facts, sig.Results().At(i), result)
			}
		}
	}
	return facts
}

func (f *flow) assign(facts []fact, lhs, rhs []ast.Expr) []fact {
	if len(lhs) == len(rhs) {
		for i := range lhs {
			if o := f.p.object(lhs[i]); o != nil {
				facts = f.flowsTo(facts, o, rhs[i])
			} else if sel, ok := lhs[i].(*ast.SelectorExpr); ok && sel.Sel.Name == "Timeout" && f.p.object(sel.X) != nil {
				facts = append(facts, fact{object: f.p.object(sel.X), timeout: rhs[i]})
			}
		}
		return facts
	}
	if len(rhs) != 1 {
		return facts
	}
	call, ok := ast.Unparen(rhs[0]).(*ast.CallExpr)
	if !ok {
		return facts
	}
	if sig := f.p.localSignature(call); sig != nil {
		for i := 0; i < min(sig.Results().Len(), len(lhs)); i++ {
			f.union(f.p.object(lhs[i]), sig.Results().At(i))
		}
		return facts
	}
	if path, name := f.p.callee(call); path == "context" && len(lhs) == 2 {
		ctx, cancel := f.p.object(lhs[0]), f.p.object(lhs[1])
		if ctx == nil {
			return facts
		}
		switch name {
		case "WithTimeout", "WithDeadline", "WithTimeoutCause", "WithDeadlineCause":
			facts = append(facts, fact{object: ctx, origin: FromDeadline})
		}
		if strings.HasPrefix(name, "With") && cancel != nil {
			facts = append(facts, fact{object: ctx, cancel: cancel})
		}
	}
	return facts
}

// flowsTo notes that an expression's value reaches an object.
func (f *flow) flowsTo(facts []fact, o types.Object, e ast.Expr) []fact {
	if v, ok := o.(*types.Var); ok && v.IsField() {
		facts = append(facts, fact{object: o, field: true})
	}
	if call, ok := ast.Unparen(e).(*ast.CallExpr); ok {
		if f.p.isMake(call) {
			return append(facts, fact{object: o, made: call})
		}
		if path, name := f.p.callee(call); path == "context" && name == "WithValue" && len(call.Args) == 3 {
			f.union(o, f.p.object(call.Args[0]))
			return facts
		}
	}
	if origin := f.p.stdOrigin(e); origin != "" {
		return append(facts, fact{object: o, origin: origin})
	}
	if made, ok := f.p.madeClient(e); ok {
		return append(facts, fact{object: o, client: &made})
	}
	if f.p.isDefaultClient(e) {
		return append(facts, fact{object: o, standard: true})
	}
	f.union(o, f.p.object(e))
	return facts
}

// collect notes what ends waits, and where functions are named.
func (f *flow) collect(n ast.Node, around []ast.Node) {
	add := func(how string, e ast.Expr) {
		if o := f.p.object(e); o != nil {
			root := f.root(o)
			f.uses[root] = append(f.uses[root], use{how: how, node: n, decl: declOf(around), signal: isSignal(o.Type()), object: o})
		}
	}
	switch n := n.(type) {
	case *ast.SendStmt:
		add("send", n.Chan)
	case *ast.UnaryExpr:
		if n.Op == token.ARROW {
			add("receive", n.X)
		}
	case *ast.RangeStmt:
		if f.p.isChan(n.X) {
			add("receive", n.X)
		}
	case *ast.CallExpr:
		if id, ok := ast.Unparen(n.Fun).(*ast.Ident); ok && id.Name == "close" && len(n.Args) == 1 {
			add("close", n.Args[0])
			return
		}
		if how := syncUses[syncName(f.p.callee(n))]; how != "" {
			if o := f.p.receiverObject(n); o != nil {
				root := f.root(o)
				f.uses[root] = append(f.uses[root], use{how: how, node: n, decl: declOf(around), object: o})
			}
			return
		}
		f.called(n, around)
	case *ast.Ident:
		if fn, ok := f.p.info.Uses[n].(*types.Func); ok {
			fn = fn.Origin()
			f.references[fn] = append(f.references[fn], reference{append(around[:len(around):len(around)], n)})
		}
	}
}

// called notes the calls of function values. One that is handed to code that is
// not known here counts as called: t.Cleanup(cancel).
func (f *flow) called(call *ast.CallExpr, around []ast.Node) {
	values := []ast.Expr{call.Fun}
	if f.p.localSignature(call) == nil {
		values = append(values, call.Args...)
	}
	for _, e := range values {
		o := f.p.object(e)
		if o == nil {
			continue
		}
		if _, ok := o.Type().Underlying().(*types.Signature); ok {
			root := f.root(o)
			f.uses[root] = append(f.uses[root], use{how: "cancel", node: call, decl: declOf(around), object: o})
		}
	}
}

// syncUses names what the methods of package sync do to those who wait.
var syncUses = map[string]string{
	"Mutex.Lock": "lock", "RWMutex.Lock": "lock", "RWMutex.RLock": "rlock", "Locker.Lock": "lock",
	"Mutex.Unlock": "unlock", "RWMutex.Unlock": "unlock", "RWMutex.RUnlock": "runlock", "Locker.Unlock": "unlock",
	"WaitGroup.Add": "add", "WaitGroup.Done": "done", "WaitGroup.Go": "add",
	"Cond.Signal": "signal", "Cond.Broadcast": "signal",
}

func syncName(path, name string) string {
	if path != "sync" {
		return ""
	}
	return name
}

// isSignal reports whether the elements of a channel type bear no news.
func isSignal(t types.Type) bool {
	if t == nil {
		return false
	}
	ch, ok := t.Underlying().(*types.Chan)
	if !ok {
		return false
	}
	switch e := ch.Elem().Underlying().(type) {
	case *types.Struct:
		return e.NumFields() == 0
	case *types.Basic:
		return e.Kind() == types.Bool
	}
	return false
}
