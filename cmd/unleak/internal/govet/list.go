// SPDX-License-Identifier: MIT

package govet

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/cmd/unleak/internal/gotest"
	"github.com/unleak/unleak/cmd/unleak/internal/hook"
)

// An environment is what the go command says of itself.
type environment struct {
	GOROOT, GOVERSION, GOMODCACHE, GOMOD, GOWORK, GOFLAGS string

	// replace is the -overlay's.
	replace hook.Replace
}

// A root is a package that the user named.
type root struct {
	ImportPath, Name, Dir                        string
	GoFiles, CgoFiles, TestGoFiles, XTestGoFiles []string
	Error                                        *packageError

	// broken says why go vet cannot load it.
	broken string
}

// A packageError is what the go command says is wrong with a package.
type packageError struct{ Pos, Err string }

// String says it in one line, with its place.
func (e *packageError) String() string {
	text := strings.Join(strings.Fields(e.Err), " ")
	if e.Pos != "" {
		text = e.Pos + ": " + text
	}
	return text
}

// goEnv asks the go command for its environment and reads the overlay.
func (v *vetter) goEnv(ctx context.Context) error {
	out, err := v.output(ctx, "env", "-json", "GOROOT", "GOVERSION", "GOMODCACHE", "GOMOD", "GOWORK", "GOFLAGS")
	if err != nil {
		return err
	}
	if err := json.Unmarshal(out, &v.env); err != nil {
		return fmt.Errorf("go env: %w", err)
	}
	if file := v.overlay(); file != "" {
		v.env.replace, err = hook.ReadFile(file, v.dir)
	}
	return err
}

// overlay returns the user's overlay file, or "". A flag goes before GOFLAGS.
func (v *vetter) overlay() (file string) {
	for _, flag := range append(strings.Fields(v.env.GOFLAGS), v.build...) {
		if name, ok := strings.CutPrefix(strings.TrimLeft(strings.Trim(flag, `'"`), "-"), "overlay="); ok {
			file = name
		}
	}
	return file
}

// list finds out which packages the user named. Without what they import (-find)
// that is quick.
func (v *vetter) list(ctx context.Context) error {
	args := append([]string{"list", "-e", "-find", "-json=ImportPath,Name,Dir,GoFiles,CgoFiles,TestGoFiles,XTestGoFiles,Error"}, v.build...)
	out, err := v.output(ctx, append(args, v.packages...)...)
	if err != nil {
		return err
	}
	return decode(out, func(r *root) {
		if r.Error != nil {
			r.broken = r.Error.String()
		}
		if r.Error != nil || r.units() > 0 {
			v.roots = append(v.roots, r)
		}
	})
}

// listBroken finds out which of the packages cannot be loaded, and why: for what they
// import, or their tests.
func (v *vetter) listBroken(ctx context.Context) error {
	args := append([]string{"list", "-e", "-test", "-deps", "-json=ImportPath,ForTest,Error,DepsErrors"}, v.build...)
	out, err := v.output(ctx, append(args, v.packages...)...)
	if err != nil {
		return err
	}
	byPath := make(map[string]*root)
	for _, r := range v.roots {
		byPath[r.ImportPath] = r
	}
	return decode(out, func(p *struct {
		ImportPath, ForTest string
		Error               *packageError
		DepsErrors          []*packageError
	}) {
		path, _, _ := strings.Cut(p.ImportPath, " ")
		r := byPath[path]
		for _, name := range []string{p.ForTest, strings.TrimSuffix(path, "_test"), strings.TrimSuffix(path, ".test")} {
			if r == nil {
				r = byPath[name]
			}
		}
		if r == nil || r.broken != "" {
			return
		}
		if p.Error != nil {
			r.broken = p.Error.String()
		} else if len(p.DepsErrors) > 0 {
			r.broken = p.DepsErrors[0].String()
		}
	})
}

// decode reads a row of JSON values.
func decode[T any](data []byte, yield func(*T)) error {
	in := json.NewDecoder(bytes.NewReader(data))
	for {
		value := new(T)
		err := in.Decode(value)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("go list: %w", err)
		}
		yield(value)
	}
}

// output runs a go command to its end.
func (v *vetter) output(ctx context.Context, args ...string) ([]byte, error) {
	cmd := v.command(ctx, args)
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		return nil, &gotest.GoError{Args: args[:1], Stderr: said.String(), Err: err}
	}
	return out.Bytes(), nil
}

// units is how many packages go vet analyses for a root: itself with its tests, and
// the tests that stand outside of it.
func (r *root) units() int {
	n := 0
	if len(r.GoFiles)+len(r.CgoFiles)+len(r.TestGoFiles) > 0 {
		n++
	}
	if len(r.XTestGoFiles) > 0 {
		n++
	}
	return n
}

// missing returns the name of a unit of the root that has not been analysed, or "".
func (v *vetter) missing(r *root) string {
	if len(r.GoFiles)+len(r.CgoFiles)+len(r.TestGoFiles) > 0 && v.units[r.ImportPath] == nil {
		return r.ImportPath
	}
	if test := r.ImportPath + "_test"; len(r.XTestGoFiles) > 0 && v.units[test] == nil {
		return test
	}
	return ""
}

// saidOf returns what the go command said of a root, its own files' first.
func (v *vetter) saidOf(r *root) []string {
	return append(slices.Clone(v.said[r.ImportPath]), v.said[r.ImportPath+"_test"]...)
}

// account says which packages were not analysed, and why.
func (v *vetter) account() {
	others := slices.Sorted(maps.Keys(v.said))
	for _, r := range v.roots {
		if r.broken != "" {
			v.lose("not-loaded", r.ImportPath, fmt.Sprintf("It was not analysed, since the go command cannot load it (%s). Mend that, or leave the package out.", r.broken))
			continue
		}
		name := v.missing(r)
		if name == "" {
			continue
		}
		what := "It was"
		if name != r.ImportPath {
			what = "Its external tests were"
		}
		switch said := v.saidOf(r); {
		case len(said) > 0 && slices.ContainsFunc(said, isPanic):
			v.lose("crash", r.ImportPath, fmt.Sprintf("%s not analysed, since the analysis failed (%s). Please report this.", what, said[slices.IndexFunc(said, isPanic)]))
		case len(said) > 0:
			v.lose("not-compiled", r.ImportPath, fmt.Sprintf("%s not analysed, since the code does not compile (%s). Mend that and run again.", what, firstOf(said)))
		case len(others) > 0:
			v.lose("not-compiled", r.ImportPath, fmt.Sprintf("%s not analysed, since a package that it imports does not compile (%s: %s). Mend that and run again.", what, others[0], firstOf(v.said[others[0]])))
		default:
			v.lose("not-analysed", r.ImportPath, what+" not analysed, and go vet does not say why. Run unleak vet -a on it, and please report this.")
		}
	}
}

func isPanic(text string) bool {
	return strings.HasPrefix(text, "panic: ") || strings.HasPrefix(text, "fatal error: ")
}

// firstOf returns the first mistake, without the name of the program that found it.
func firstOf(said []string) string {
	first := strings.TrimPrefix(strings.TrimPrefix(said[0], "vet: "), "unleak: ")
	if len(said) > 1 {
		return first + " …"
	}
	return first
}

// unfinished says which functions were not searched to the end: with Verbose each,
// else how many.
func (v *vetter) unfinished() []unleak.Loss {
	var all []unleak.Loss
	scopes, over := 0, 0
	for _, name := range slices.Sorted(maps.Keys(v.units)) {
		u := v.units[name]
		scopes += u.Scopes
		for _, l := range u.Unfinished {
			if l.Kind == "over-budget" {
				over++
			}
			all = append(all, l)
		}
	}
	if v.Verbose || len(all) == 0 {
		return all
	}
	var parts []string
	for _, part := range [...]struct {
		n    int
		what string
	}{{over, "too many states to try them all"}, {len(all) - over, "paths that cannot be followed"}} {
		switch part.n {
		case 0:
		case 1:
			parts = append(parts, "1 has "+part.what)
		default:
			parts = append(parts, fmt.Sprintf("%d have %s", part.n, part.what))
		}
	}
	return []unleak.Loss{{Kind: "unfinished", Message: fmt.Sprintf(
		"Of %s searched, %s: leaks there may have been missed. -v lists them.",
		unleak.Plural(scopes, "function"), strings.Join(parts, " and "))}}
}
