// SPDX-License-Identifier: MIT

package govet

import (
	"context"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/cmd/unleak/internal/hook"
	"github.com/unleak/unleak/cmd/unleak/internal/illtyped"
)

// withoutIllTyped runs go vet once more on packages that do not type-check, and on
// those that import them, without the functions that are to blame: with an overlay, so
// that the packages can be compiled for others. Clean takes the overlay away; go vet
// may be called with it until then.
func (v *vetter) withoutIllTyped(ctx context.Context) (clean func(), _ error) {
	clean = func() {}
	if len(v.said) == 0 {
		return clean, nil
	}
	var missing []string
	for _, r := range v.roots {
		if r.broken == "" && v.missing(r) != "" {
			missing = append(missing, r.ImportPath)
		}
	}
	packages := slices.Clone(missing)
	for name := range v.said { // what is imported may be to blame
		packages = append(packages, strings.TrimSuffix(name, "_test"))
	}
	slices.Sort(packages)
	v.progress("some packages do not compile: looking for the functions to blame")
	mended, err := illtyped.Mend(ctx, illtyped.Options{
		Dir: v.dir, Env: v.Env, Build: v.build, Replace: v.env.replace, Packages: slices.Compact(packages),
	})
	if err != nil || len(mended.Files) == 0 {
		return clean, ctx.Err() // account says what does not compile
	}
	folder, err := os.MkdirTemp("", "unleak-vet")
	if err != nil {
		return clean, err
	}
	clean = func() { os.RemoveAll(folder) }
	if err := v.overlayBy(mended.Files, folder); err != nil {
		return clean, err
	}
	v.mended, v.said = mended, make(map[string][]string)
	for _, f := range mended.Functions {
		v.lose("ill-typed", f.Package, fmt.Sprintf(
			"%s was not analysed, since it does not compile (%s), and nothing is said of what uses the same variables and functions of its package. Mend that and run again.", f.Name, f.Error))
	}
	v.vet(ctx, missing, "") // what is missing still is a loss
	return clean, ctx.Err()
}

// overlayBy has go vet read files from a folder, beside those of the user's overlay.
func (v *vetter) overlayBy(files map[string][]byte, folder string) error {
	replace := maps.Clone(v.env.replace)
	if replace == nil {
		replace = make(hook.Replace)
	}
	for i, name := range slices.Sorted(maps.Keys(files)) {
		// Its base name is part of what a file is: foo_test.go, foo_linux.go.
		dir := filepath.Join(folder, strconv.Itoa(i))
		to := filepath.Join(dir, filepath.Base(name))
		if err := os.Mkdir(dir, 0o777); err != nil {
			return err
		}
		if err := os.WriteFile(to, files[name], 0o666); err != nil {
			return err
		}
		replace[name] = to
	}
	overlay := filepath.Join(folder, "overlay.json")
	v.build = slices.DeleteFunc(slices.Clone(v.build), func(f string) bool { return strings.HasPrefix(f, "-overlay=") })
	v.build = append(v.build, "-overlay="+overlay)
	return replace.WriteFile(overlay)
}

// seen leaves out findings in functions that use what a function uses which was taken
// out: half of what happens there was not seen.
func (v *vetter) seen(findings []unleak.Finding) []unleak.Finding {
	if v.mended == nil {
		return findings
	}
	blind := func(f unleak.Frame) bool { return v.mended.Blind(f.File, f.Line) }
	return slices.DeleteFunc(findings, func(f unleak.Finding) bool {
		return blind(f.Blocked) || blind(f.Entry) || f.Own != nil && blind(*f.Own) || f.Created != nil && blind(*f.Created) ||
			slices.ContainsFunc(f.Stack, blind) ||
			f.Schedule != nil && slices.ContainsFunc(f.Schedule.Steps, func(s unleak.Step) bool { return blind(s.At) })
	})
}
