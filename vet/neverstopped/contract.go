// SPDX-License-Identifier: MIT

package neverstopped

import (
	"go/ast"
	"go/types"
	"reflect"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/vet/internal/index"
	"github.com/unleak/unleak/vet/internal/symbol"
)

// Starts is the fact that a function starts a goroutine which ends only when the
// object that it belongs to is told to.
type Starts struct {
	// Result is which result is the object, or -1 for the receiver.
	Result int
	Type   string
	// Stops are the methods that end the goroutine, and Keeps those that do nothing
	// to the object's life.
	Stops, Keeps []string
	Wait         unleak.Wait
	Stack        []unleak.Frame
	Created      unleak.Frame
}

// AFact marks a fact.
func (*Starts) AFact() {}

func (s *Starts) String() string { return "starts, until " + strings.Join(s.Stops, " or ") }

// Contracts finds out which functions start goroutines that somebody has to end.
// Its result is a map from functions, of this package and of those that it uses,
// to what they start. It is cheap, and for drivers to run on dependencies too.
var Contracts = &analysis.Analyzer{
	Name:       "goroutinecontracts",
	Doc:        "find functions that start goroutines which an object's method ends",
	URL:        "https://github.com/unleak/unleak",
	Requires:   []*analysis.Analyzer{index.Analyzer},
	FactTypes:  []analysis.Fact{new(Starts)},
	ResultType: reflect.TypeFor[map[*types.Func]*Starts](),
	Run:        contracts,
}

func contracts(pass *analysis.Pass) (any, error) {
	b := &builder{
		Package: pass.ResultOf[index.Analyzer].(*index.Package),
		starts:  make(map[*types.Func]*Starts),
	}
	seen := make(map[*types.Func]bool)
	for _, obj := range pass.TypesInfo.Uses {
		f, ok := obj.(*types.Func)
		if !ok || f.Pkg() == nil || f.Pkg() == pass.Pkg || seen[f.Origin()] {
			continue
		}
		f = f.Origin()
		seen[f] = true
		var s Starts
		if pass.ImportObjectFact(f, &s) {
			b.starts[f] = &s
		}
	}
	if len(b.Spawns) == 0 && len(b.starts) == 0 {
		return b.starts, nil
	}
	b.members()
	for _, s := range b.Spawns {
		b.spawn(s)
	}
	for range 3 { // constructors that call constructors
		for _, f := range b.Funcs {
			b.passOn(f)
		}
	}
	for f, s := range b.starts {
		if f.Pkg() == pass.Pkg && !b.FuncOf(f).Test {
			pass.ExportObjectFact(f, s)
		}
	}
	return b.starts, nil
}

// A builder finds the contracts of a package.
type builder struct {
	*index.Package
	starts map[*types.Func]*Starts
	owner  map[*types.Var]*types.Named         // of fields
	ends   map[*index.Func]map[*types.Var]bool // fields that a function closes or calls
	calls  map[*index.Func][]*index.Func
	stored map[types.Object][]*types.Var // fields that a local variable is put into
	// rooted are contexts that only their own cancel function ends, with that.
	rooted map[types.Object]types.Object
}

// members lists the fields of the package's types, and who ends what waits on them.
func (b *builder) members() {
	b.owner = make(map[*types.Var]*types.Named)
	b.ends = make(map[*index.Func]map[*types.Var]bool)
	b.calls = make(map[*index.Func][]*index.Func)
	b.stored = make(map[types.Object][]*types.Var)
	b.rooted = make(map[types.Object]types.Object)
	for _, name := range b.Types.Scope().Names() {
		obj, ok := b.Types.Scope().Lookup(name).(*types.TypeName)
		if !ok || obj.IsAlias() {
			continue
		}
		if s, ok := obj.Type().Underlying().(*types.Struct); ok {
			for i := range s.NumFields() {
				b.owner[s.Field(i)] = obj.Type().(*types.Named)
			}
		}
	}
	for _, f := range b.Funcs {
		if f.Decl != nil {
			b.ends[f] = b.closes(f)
		}
	}
	for changed := true; changed; {
		changed = false
		for f, callees := range b.calls {
			for _, callee := range callees {
				for v := range b.ends[callee] {
					changed = changed || !b.ends[f][v]
					b.ends[f][v] = true
				}
			}
		}
	}
}

// closes returns the fields that a function itself closes, or calls where they are
// functions; on the way it notes what goes into fields.
func (b *builder) closes(f *index.Func) map[*types.Var]bool {
	set := make(map[*types.Var]bool)
	ast.Inspect(f.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			if id, ok := n.Fun.(*ast.Ident); ok && len(n.Args) == 1 && b.Info.Uses[id] == types.Universe.Lookup("close") {
				if v := b.field(n.Args[0]); v != nil {
					set[v] = true
				}
			}
			if v := b.field(n.Fun); v != nil {
				set[v] = true
			}
			if callee := b.FuncOf(b.Callee(n)); callee != nil {
				b.calls[f] = append(b.calls[f], callee)
			}
		case *ast.AssignStmt:
			b.assign(n)
		case *ast.KeyValueExpr:
			if key, ok := n.Key.(*ast.Ident); ok {
				if v, ok := b.Info.Uses[key].(*types.Var); ok && v.IsField() {
					b.store(n.Value, v.Origin())
				}
			}
		}
		return true
	})
	return set
}

func (b *builder) assign(n *ast.AssignStmt) {
	if len(n.Lhs) == len(n.Rhs) {
		for i := range n.Lhs {
			if v := b.field(n.Lhs[i]); v != nil {
				b.store(n.Rhs[i], v)
			}
		}
	}
	if len(n.Lhs) != 2 || len(n.Rhs) != 1 {
		return
	}
	c, ok := ast.Unparen(n.Rhs[0]).(*ast.CallExpr)
	if !ok || !symbol.Is(b.Callee(c), "context", "", "WithCancel") {
		return
	}
	parent, ok := ast.Unparen(c.Args[0]).(*ast.CallExpr)
	if ok && symbol.Is(b.Callee(parent), "context", "", "Background", "TODO") {
		if ctx, cancel := b.object(n.Lhs[0]), b.object(n.Lhs[1]); ctx != nil && cancel != nil {
			b.rooted[ctx] = cancel
		}
	}
}

func (b *builder) store(value ast.Expr, field *types.Var) {
	if id, ok := ast.Unparen(value).(*ast.Ident); ok {
		if obj := b.Info.Uses[id]; obj != nil {
			b.stored[obj] = append(b.stored[obj], field)
		}
	}
}

// object returns the variable or field that an expression names.
func (b *builder) object(e ast.Expr) types.Object {
	if v := b.field(e); v != nil {
		return v
	}
	if id, ok := ast.Unparen(e).(*ast.Ident); ok {
		return b.Info.ObjectOf(id)
	}
	return nil
}

func (b *builder) field(e ast.Expr) *types.Var {
	sel, ok := ast.Unparen(e).(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	if v, ok := b.Info.Uses[sel.Sel].(*types.Var); ok && v.IsField() {
		return v.Origin()
	}
	return nil
}

// spawn makes the contract of a function that starts a goroutine.
func (b *builder) spawn(s *index.Spawn) {
	f := s.In
	if f.Decl == nil || f.Test || s.Target == nil || !always(s.Stack) {
		return
	}
	typ, result := b.made(f)
	if typ == nil {
		return
	}
	hits := make(map[*types.Var]bool)
	wait, ok := b.OnlyEnds(s.Target, func(ch ast.Expr) bool {
		v := b.end(ch, typ, s)
		hits[v] = v != nil
		return v != nil
	})
	// What the goroutine runs itself is not what ends it.
	stops := b.methods(typ, func(m *index.Func) bool {
		for v := range b.ends[m] {
			if hits[v] && m != s.Target && m != wait.In {
				return true
			}
		}
		return false
	})
	if !ok || len(stops) == 0 {
		return
	}
	c := &Starts{Result: result, Type: typ.Obj().Name(), Stops: stops, Keeps: b.keeps(typ), Wait: unleak.WaitReceive}
	if sel, ok := wait.Node.(*ast.SelectStmt); ok && len(sel.Body.List) > 1 {
		c.Wait = unleak.WaitSelect
	}
	c.Stack = []unleak.Frame{b.frame(wait.In, wait.Node)}
	for _, call := range slices.Backward(wait.Calls) {
		c.Stack = append(c.Stack, b.frame(call.In, call.Expr))
	}
	if s.Entry != "" {
		c.Stack = append(c.Stack, unleak.Frame{Func: s.Entry})
	}
	c.Created = b.frame(f, s.Node)
	b.starts[f.Obj] = c
}

func (b *builder) endsField(m *index.Func, typ *types.Named) bool {
	for v := range b.ends[m] {
		if b.owner[v] == typ {
			return true
		}
	}
	return false
}

// end returns the field through which a method of the type gives the word on a
// channel to end, or nil.
func (b *builder) end(ch ast.Expr, typ *types.Named, s *index.Spawn) *types.Var {
	obj := b.argument(b.object(ch), s)
	if c, ok := ast.Unparen(ch).(*ast.CallExpr); ok {
		sel, ok := ast.Unparen(c.Fun).(*ast.SelectorExpr)
		if !ok || sel.Sel.Name != "Done" {
			return nil
		}
		obj = b.rooted[b.argument(b.object(sel.X), s)]
	}
	fields := b.stored[obj]
	if v, ok := obj.(*types.Var); ok && v.IsField() {
		fields = []*types.Var{v}
	}
	for _, v := range fields {
		if b.owner[v] == typ && len(b.methods(typ, func(m *index.Func) bool { return b.ends[m][v] })) > 0 {
			return v
		}
	}
	return nil
}

// argument returns the variable that a goroutine's parameter stands for.
func (b *builder) argument(obj types.Object, s *index.Spawn) types.Object {
	if v, ok := obj.(*types.Var); ok && v.IsField() {
		for local, fields := range b.stored { // c.ctx, where ctx went into c
			if b.rooted[local] != nil && slices.Contains(fields, v) {
				return local
			}
		}
		return obj
	}
	if s.Target.Sig == nil {
		return obj
	}
	for i := range s.Target.Sig.Params().Len() {
		if s.Target.Sig.Params().At(i) == obj && i < len(s.Args) {
			return b.object(s.Args[i])
		}
	}
	return obj
}

// methods lists the methods of a type for which is holds, by name.
func (b *builder) methods(typ *types.Named, is func(m *index.Func) bool) []string {
	var names []string
	for i := range typ.NumMethods() {
		m := b.FuncOf(typ.Method(i))
		if m != nil && is(m) {
			names = append(names, typ.Method(i).Name())
		}
	}
	return names
}
