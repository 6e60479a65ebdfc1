// SPDX-License-Identifier: MIT

package gotest

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/unleak/unleak/cmd/unleak/internal/hook"
	"github.com/unleak/unleak/cmd/unleak/internal/usage"
)

// prepare writes the overlay that go test is to use into dir, merged with the
// user's own, and narrows what would keep the hook from running. It returns the
// overlay file and the arguments to use.
func (t *toolchain) prepare(ctx context.Context, env []string, a arguments, dir string) (string, arguments, error) {
	replace, err := t.hook(dir)
	if err != nil {
		return "", a, err
	}
	if file := t.flag(a, "overlay"); file != "" {
		if err := t.mergeOverlay(replace, file); err != nil {
			return "", a, err
		}
		a = a.without("overlay")
	}
	if a, err = t.narrowCover(ctx, env, a); err != nil {
		return "", a, err
	}
	name := filepath.Join(dir, "overlay.json")
	return name, a, replace.WriteFile(name)
}

// hook returns the overlay with the hook, kept in the user's cache folder, or
// where that cannot be written, in dir.
func (t *toolchain) hook(dir string) (hook.Replace, error) {
	var shape *hook.ShapeError
	if cache, err := os.UserCacheDir(); err == nil {
		replace, err := hook.Keep(t.GOROOT, filepath.Join(cache, "unleak", "overlay"))
		if err == nil || errors.As(err, &shape) {
			return replace, err
		}
	}
	return hook.Write(t.GOROOT, dir)
}

// flag returns a flag's value from the arguments, else from GOFLAGS.
func (t *toolchain) flag(a arguments, name string) string {
	if f, ok := a.get(name); ok {
		return f.value
	}
	for _, f := range strings.Fields(t.GOFLAGS) {
		f = strings.Trim(f, `'"`)
		n, value, _ := strings.Cut(strings.TrimLeft(f, "-"), "=")
		if n == name {
			return value
		}
	}
	return ""
}

// mergeOverlay adds the user's overlay, which must keep its hands off package
// testing.
func (t *toolchain) mergeOverlay(replace hook.Replace, file string) (err error) {
	if t.replaced, err = hook.ReadFile(file, t.dir); err != nil {
		return err
	}
	for from := range t.replaced {
		if t.inTesting(from) {
			return usage.Errorf("-overlay %s replaces %s: unleak test needs package testing for itself; leave that entry out, or take unleak's leaktest package instead", file, from)
		}
	}
	maps.Copy(replace, t.replaced)
	return nil
}

// inTesting reports whether the file belongs to package testing, by its real path
// or by that through the link.
func (t *toolchain) inTesting(file string) bool {
	for _, root := range []string{t.GOROOT, t.realRoot} {
		if strings.HasPrefix(file, filepath.Join(root, "src", "testing")+string(filepath.Separator)) {
			return true
		}
	}
	return false
}

// narrowCover takes package testing out of -coverpkg. The go command reads the
// files that it instruments past the overlay, so that a covered testing package
// would lack the hook.
func (t *toolchain) narrowCover(ctx context.Context, env []string, a arguments) (arguments, error) {
	value := t.flag(a, "coverpkg")
	if value == "" || !slices.ContainsFunc(strings.Split(value, ","), reachesTesting) {
		return a, nil
	}
	args := []string{"list", "-deps", "-test", "-f", "{{if not .ForTest}}{{.ImportPath}}{{end}}"}
	for _, name := range []string{"tags", "mod", "modfile"} {
		if f, ok := a.get(name); ok {
			args = append(args, f.String())
		}
	}
	out, err := t.output(ctx, env, append(append(args, "--"), a.packages...)...)
	if err != nil {
		return a, err
	}
	covered, err := t.output(ctx, env, append([]string{"list", "--"}, strings.Split(value, ",")...)...)
	if err != nil {
		return a, err
	}
	reached := fields(string(out))
	var keep []string
	for _, pkg := range strings.Fields(string(covered)) {
		if reached[pkg] && !reachesHook(pkg) {
			keep = append(keep, pkg)
		}
	}
	if len(keep) == 0 {
		return a, usage.Errorf("-coverpkg=%s covers nothing but package testing, which unleak test needs for itself", value)
	}
	a = a.without("coverpkg")
	a.flags = append(a.flags, argument{"coverpkg", strings.Join(keep, ","), true})
	return a, nil
}

// reachesTesting reports whether a -coverpkg pattern can match package testing.
func reachesTesting(pattern string) bool {
	return pattern == "all" || pattern == "std" || pattern == "..." || pattern == "testing" || strings.HasPrefix(pattern, "testing/")
}

// reachesHook reports whether covering the package would reach the hook: it
// stands in testing and testdeps, and what those import is built before them.
func reachesHook(pkg string) bool {
	return pkg == "testing" || pkg == "testing/internal/testdeps"
}
