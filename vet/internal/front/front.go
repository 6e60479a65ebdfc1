// SPDX-License-Identifier: MIT

package front

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/unleak/unleak/vet/internal/model"
)

// maxFuncs is how many functions a model may have.
const maxFuncs = 150

// A Site is where an instruction comes from.
type Site struct {
	Pos token.Pos
	// Cases holds the places of a select's cases.
	Cases []token.Pos
	// Made is the field of which an operation takes its channel, where the package
	// makes that somewhere: whether it is nil is a matter of the order in which callers
	// come. It is nil for other channels.
	Made *types.Var
	// Range says that a receive belongs to a loop over the channel, Context that it
	// waits for a context's end, or a select does.
	Range, Context bool
	// Leave says that a select only asks whether outsiders have left.
	Leave bool
}

// A Model is a program with what reports need to speak of it.
type Model struct {
	*model.Program
	// Source holds for each function what it was made of, nil for pieces of the
	// standard library.
	Source []*ssa.Function
	// Alone says that nothing in it starts a goroutine.
	Alone bool
	// Cost is how many instructions were written for it.
	Cost int
}

// A Package makes models of one package's functions.
type Package struct {
	pkg    *ssa.Package
	handed map[*types.Var]bool
	made   map[*types.Var]bool
	params map[*ssa.Parameter]*ssa.Const
	about  map[*ssa.Function]*about
	// scratch is where survey writes the code of one function after the other.
	scratch []model.Instr
	// meant has what calls through interfaces mean, which all models ask for.
	meant map[methodOf]*ssa.Function
	names map[*ssa.Function]string
	// offsets has where the fields of a structure lie.
	offsets map[*types.Struct][]int
	funcs   []*ssa.Function
	parts   *partings // once somebody has asked
	// effects, and whom calls through interfaces may mean, are for outlines only.
	effects map[*ssa.Function]*effect
	reaches map[*ssa.Function]*effect // with all that they call
	methods map[string][]*ssa.Function
}

// New looks through a package's functions.
func New(pkg *ssa.Package, funcs []*ssa.Function) *Package {
	p := &Package{
		pkg: pkg, handed: handedOver(funcs), made: madeChannels(funcs), params: parameters(pkg, funcs),
		meant: make(map[methodOf]*ssa.Function), names: make(map[*ssa.Function]string),
		offsets: make(map[*types.Struct][]int), funcs: funcs,
		effects: make(map[*ssa.Function]*effect), reaches: make(map[*ssa.Function]*effect),
	}
	p.survey(funcs)
	return p
}

// Build makes the model that begins with a function. It returns nil where nothing
// in it could wait, and a model without a program where that would be too large. The
// program still has to be prepared or sliced.
func (p *Package) Build(root *ssa.Function) *Model {
	if p.Quiet(root) {
		return nil
	}
	b := p.builder(root)
	b.prog.Given = inTest(root)
	return b.finish()
}

func (p *Package) builder(root *ssa.Function) *builder {
	b := p.empty()
	b.function(root)
	return b
}

func (p *Package) empty() *builder {
	return &builder{
		Package: p,
		prog:    &model.Program{Methods: make(map[model.Method]int)},
		numbers: make(map[*ssa.Function]int),
		pieces:  make(map[string]int),
		classes: make(map[any]int),
		globals: make(map[*ssa.Global]int),
		texts:   make(map[string]int),
		types:   make(map[types.Type]int),
		boxes:   make(map[types.Type]int),
		called:  make(map[string]bool),
	}
}

// finish adds the code of all functions that have been named, and of those that they
// name.
func (b *builder) finish() *Model {
	for i := 0; i < len(b.source); i++ {
		if len(b.source) > maxFuncs {
			return &Model{Cost: b.prog.Size()}
		}
		if b.source[i] != nil {
			b.translate(b.source[i], b.prog.Funcs[i])
		}
		if i == len(b.source)-1 {
			b.addMethods()
		}
	}
	if !b.blocks {
		if b.follows != nil {
			return nil
		}
		for _, f := range b.source { // their models are parts of this one
			if a := b.about[f]; a != nil {
				a.waits = false
			}
		}
		return nil
	}
	b.prog.Classes, b.prog.Globals = len(b.classes), len(b.globals)
	b.shrink()
	return &Model{Program: b.prog, Source: b.source, Alone: !b.spawns, Cost: b.prog.Size()}
}

// A builder makes one model.
type builder struct {
	*Package
	prog    *model.Program
	source  []*ssa.Function
	numbers map[*ssa.Function]int
	pieces  map[string]int
	classes map[any]int
	globals map[*ssa.Global]int
	texts   map[string]int
	types   map[types.Type]int
	tagged  []types.Type           // the types with a tag, from 1 on
	boxes   map[types.Type]int     // the tags of types that interfaces hold as they are
	invoked []*types.Func          // each method once
	called  map[string]bool        // them, by types.Func.Id
	follows map[*ssa.Function]bool // of an outline, the functions in it
	blocks  bool                   // something in it may wait
	spawns  bool                   // something in it starts a goroutine
	pair    bool                   // it is about two calls of an object's methods
}

// function returns the number of a function of the package; its code follows.
func (b *builder) function(f *ssa.Function) int {
	n, ok := b.numbers[f]
	if !ok {
		n = len(b.source)
		b.numbers[f] = n
		b.source = append(b.source, f)
		b.prog.Funcs = append(b.prog.Funcs, &model.Func{
			Name:     Name(f),
			Params:   len(f.Params) + len(f.FreeVars),
			Captures: len(f.FreeVars),
			Inner:    f.Synthetic != "" && f.Parent() == nil,
		})
	}
	return n
}

// ours reports whether a function's code stands in the package.
func (p *Package) ours(f *ssa.Function) bool {
	if len(f.Blocks) == 0 {
		return false
	}
	if f.Pkg != nil {
		return f.Pkg == p.pkg
	}
	if f.Object() != nil && f.Object().Pkg() != nil { // wrappers and instances
		return f.Object().Pkg() == p.pkg.Pkg
	}
	return f.Parent() != nil && p.ours(f.Parent())
}

// class numbers a class of memory: a field, or the place of an allocation.
func (b *builder) class(of any) int {
	n, ok := b.classes[of]
	if !ok {
		n = len(b.classes) + 1
		b.classes[of] = n
	}
	return n
}

// text returns the value of a constant by its text: different for different ones.
func (b *builder) text(s string) model.Value {
	n, ok := b.texts[s]
	if !ok {
		n = len(b.texts)
		b.texts[s] = n
	}
	return model.Text(n)
}

// tag returns the number by which objects of a type find their methods.
func (b *builder) tag(t types.Type) int {
	if _, ok := types.Unalias(t).(*types.Named); !ok {
		return 0
	}
	n, ok := b.types[t]
	if !ok {
		b.tagged = append(b.tagged, t)
		n = len(b.tagged)
		b.types[t] = n
	}
	return n
}

// invokes notes a method that is called through an interface.
func (b *builder) invokes(m *types.Func) {
	if id := m.Id(); !b.called[id] {
		b.called[id] = true
		b.invoked = append(b.invoked, m)
	}
}

// addMethods adds the methods that calls through interfaces may mean.
func (b *builder) addMethods() {
	for _, m := range b.invoked {
		for i, t := range b.tagged {
			key := model.Method{Type: i + 1, Name: m.Name()}
			if _, ok := b.prog.Methods[key]; ok {
				continue
			}
			if f := b.method(t, m); f != nil && !b.aside(f) {
				b.prog.Methods[key] = b.function(f)
			}
		}
	}
}

// method returns the method of a type's pointers that a call of m through an interface
// means, where the package has its code.
func (p *Package) method(t types.Type, m *types.Func) *ssa.Function {
	key := methodOf{t, m.Id()}
	f, ok := p.meant[key]
	if !ok {
		if sel := p.pkg.Prog.MethodSets.MethodSet(types.NewPointer(t)).Lookup(m.Pkg(), m.Name()); sel != nil {
			f = p.pkg.Prog.MethodValue(sel)
		}
		if f != nil && !p.ours(f) {
			f = nil
		}
		p.meant[key] = f
	}
	return f
}

// A methodOf names a method of a type, the method by its types.Func.Id.
type methodOf struct {
	typ types.Type
	id  string
}

// handedOver returns the locks, by the field that holds them, that some function
// unlocks without having locked them: who holds such a lock may be anybody.
func handedOver(funcs []*ssa.Function) map[*types.Var]bool {
	handed := make(map[*types.Var]bool)
	for _, f := range funcs {
		locks, unlocks := make(map[*types.Var]bool), make(map[*types.Var]bool)
		for _, blk := range f.Blocks {
			for _, in := range blk.Instrs {
				call, ok := in.(ssa.CallInstruction)
				if !ok || call.Common().StaticCallee() == nil || len(call.Common().Args) == 0 {
					continue
				}
				field := fieldOf(call.Common().Args[0])
				switch call.Common().StaticCallee().String() {
				case "(*sync.Mutex).Lock", "(*sync.RWMutex).Lock", "(*sync.RWMutex).RLock", "(*sync.Mutex).TryLock":
					locks[field] = true
				case "(*sync.Mutex).Unlock", "(*sync.RWMutex).Unlock", "(*sync.RWMutex).RUnlock":
					unlocks[field] = true
				}
			}
		}
		for field := range unlocks {
			if !locks[field] {
				handed[field] = true
			}
		}
	}
	return handed
}

// fieldOf returns the field whose address a value is, or nil.
func fieldOf(v ssa.Value) *types.Var {
	if a, ok := v.(*ssa.FieldAddr); ok {
		if s, ok := a.X.Type().Underlying().(*types.Pointer).Elem().Underlying().(*types.Struct); ok {
			return s.Field(a.Field)
		}
	}
	return nil
}
