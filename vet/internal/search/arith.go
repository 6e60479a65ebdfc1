// SPDX-License-Identifier: MIT

package search

import "github.com/unleak/unleak/vet/internal/model"

// Small numbers are exact. An unknown number that is compared with one of those up
// to most is chosen from 0 to most; where it is a bound, from 1, since few callers
// mean the loop that does nothing. What the source compares with 0 may be 0.
const (
	most = 3
	high = 32 // what counts further counts too far to follow
)

func (r *run) binary(in *model.Instr) outcome {
	a, b := r.resolve(r.eval(in.Args[0])), r.resolve(r.eval(in.Args[1]))
	if v, ok := compute(in.Name, a, b); ok {
		if !small(v) && counts(a, b) {
			v = r.term(term{op: wide, a: v})
		}
		r.set(in, 0, v)
		return done
	}
	if in.N == 1 && (r.foreign(a) || r.foreign(b)) {
		r.set(in, 0, model.Bool(in.Name == "!="))
		return done
	}
	if (a.IsText() || b.IsText()) && !comparison(in.Name) {
		r.set(in, 0, r.s.fresh())
		return done
	}
	for i, pair := range [...][2]model.Value{{a, b}, {b, a}} {
		x, k, literal := pair[0], pair[1], in.Args[1-i].Reg < 0
		if x.Kind != model.Sym || !comparison(in.Name) || r.prog.Given {
			continue
		}
		switch {
		case k.Kind == model.Nil:
			return r.choose(x.A, model.Value{Kind: model.Nil}, model.Value{Kind: model.Set})
		case k.Kind == model.Int && 0 <= k.A && k.A <= most && !r.terms.at(x.A).wide:
			options := upTo(most)
			// A range over a number begins with 0 < n, where the source has no 0.
			if in.Name != "==" && in.Name != "!=" && !(literal && k.A == 0 && i == 0) {
				options = options[1:] // a loop over nothing is nobody's bug
			}
			return r.choose(x.A, options...)
		}
	}
	v := r.term(term{op: in.Name, a: a, b: b})
	r.set(in, 0, r.resolve(v))
	return done
}

// foreign reports whether a value comes from outsiders, and was not read from memory
// that we may have written.
func (r *run) foreign(v model.Value) bool {
	return (v.Kind == model.Sym || v.Kind == model.Set) && r.terms.at(v.A).op == ""
}

func small(v model.Value) bool { return v.Kind != model.Int || -high <= v.A && v.A <= high }

// counts reports whether an operation may be a step of a loop that counts up.
func counts(a, b model.Value) bool { return small(a) && small(b) }

func upTo(n int) []model.Value {
	var list []model.Value
	for i := 0; i <= n; i++ {
		list = append(list, model.Number(i))
	}
	return list
}

func comparison(op string) bool {
	switch op {
	case "==", "!=", "<", "<=", ">", ">=":
		return true
	}
	return false
}

// compute works out an operation on values that are known well enough.
func compute(op string, a, b model.Value) (model.Value, bool) {
	if a.Kind == model.Int && b.Kind == model.Int {
		if (a.IsText() || b.IsText()) && op != "==" && op != "!=" {
			return model.Value{}, false
		}
		v, ok := integer(op, int(a.A), int(b.A))
		return model.Number(v), ok && -model.MaxNumber < v && v < model.MaxNumber
	}
	equal, ok := same(a, b)
	if !ok {
		return model.Value{}, false
	}
	switch op {
	case "==":
		return model.Bool(equal), true
	case "!=":
		return model.Bool(!equal), true
	}
	return model.Value{}, false
}

// same reports whether two values are equal, and whether that is known.
func same(a, b model.Value) (equal, ok bool) {
	concrete := func(v model.Value) bool { return v.Kind == model.Nil || v.Kind == model.Ref || v.Kind == model.Fn }
	switch {
	case a == b && a.Kind != model.Zero:
		return true, true
	case concrete(a) && concrete(b):
		return false, true
	case a.Kind == model.Nil && b.Kind == model.Set, a.Kind == model.Set && b.Kind == model.Nil:
		return false, true
	}
	return false, false
}

func integer(op string, a, b int) (int, bool) {
	switch op {
	case "+":
		return a + b, true
	case "-":
		return a - b, true
	case "*":
		return a * b, true
	case "==":
		return truth(a == b), true
	case "!=":
		return truth(a != b), true
	case "<":
		return truth(a < b), true
	case "<=":
		return truth(a <= b), true
	case ">":
		return truth(a > b), true
	case ">=":
		return truth(a >= b), true
	case "&":
		return a & b, true
	case "|":
		return a | b, true
	case "/":
		if b != 0 {
			return a / b, true
		}
	case "%":
		if b != 0 {
			return a % b, true
		}
	}
	return 0, false
}

func truth(b bool) int { return int(model.Bool(b).A) }

func (r *run) not(in *model.Instr) outcome {
	v := r.resolve(r.eval(in.Args[0]))
	if v.Kind == model.Int {
		r.set(in, 0, model.Bool(v.A == 0))
	} else {
		r.set(in, 0, r.resolve(r.term(term{op: "!", a: v})))
	}
	return done
}

func (r *run) length(in *model.Instr) outcome {
	v := r.resolve(r.eval(in.Args[0]))
	switch {
	case v.Kind == model.Nil:
		r.set(in, 0, model.Number(0))
	case v.Kind == model.Ref:
		o := r.s.objects[v.A]
		switch {
		case o.open && o.kind != plain && in.Op != model.Cap: // outsiders send, or write to the map
			r.set(in, 0, r.s.fresh())
		case o.kind == channel && in.Op == model.Cap:
			r.set(in, 0, model.Number(int(o.room)))
		case o.kind == channel:
			r.set(in, 0, model.Number(len(o.cells)))
		case v.B == 0 && in.N > 0:
			r.set(in, 0, model.Number(len(o.cells)/in.N))
		default:
			r.set(in, 0, r.s.fresh())
		}
	case v.Kind == model.Sym && r.terms.at(v.A).op == "slice":
		r.set(in, 0, r.resolve(r.terms.at(v.A).a))
	case v.Kind == model.Sym || v.Kind == model.Set:
		r.set(in, 0, r.resolve(r.term(term{op: "len", a: v})))
	default:
		r.set(in, 0, r.s.fresh())
	}
	return done
}
