// SPDX-License-Identifier: MIT

package checkout

import (
	"cmp"
	"go/build"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"
)

// A workspace is what go.mod and go.work files say.
type workspace struct {
	module, root string
	// modules lists the modules whose source lies in a folder: those of the
	// source folders, the main module, the workspace's, and what they are
	// replaced by. The longest path first.
	modules []folder
	// requires maps the path of a module in the module cache to what is there.
	requires map[string]module.Version
}

// A folder is one that holds a module.
type folder struct {
	path, dir string
	// own says that it is the user's, not a replacement for another's.
	own bool
}

// readWorkspace reads the go.work and go.mod files. What they lack or say wrongly
// leaves source unfound and is no error here.
func readWorkspace(g Go, sourceDirs []string) workspace {
	w := workspace{requires: make(map[string]module.Version)}
	for _, dir := range sourceDirs {
		if file := filepath.Join(dir, "go.mod"); isFile(file) {
			w.add(file)
		}
	}
	if filepath.IsAbs(g.GOMOD) && g.GOMOD != os.DevNull {
		w.root, w.module = filepath.Dir(g.GOMOD), w.add(g.GOMOD)
	}
	if filepath.IsAbs(g.GOWORK) && g.GOWORK != os.DevNull {
		w.addWork(g.GOWORK)
		if w.root == "" {
			w.root = filepath.Dir(g.GOWORK)
		}
	}
	if w.root == "" && len(sourceDirs) > 0 {
		w.root = sourceDirs[0]
		if len(w.modules) > 0 && w.modules[0].dir == w.root {
			w.module = w.modules[0].path
		}
	}
	slices.SortStableFunc(w.modules, func(a, b folder) int { return len(b.path) - len(a.path) })
	return w
}

// add adds the module of a go.mod file and returns its path.
func (w *workspace) add(gomod string) string {
	data, err := os.ReadFile(gomod)
	if err != nil {
		return ""
	}
	path := modfile.ModulePath(data)
	dir := filepath.Dir(gomod)
	if path == "" || slices.Contains(w.modules, folder{path, dir, true}) {
		return path
	}
	w.modules = append(w.modules, folder{path, dir, true})
	f, err := modfile.Parse(gomod, data, nil)
	if err != nil {
		if f, err = modfile.ParseLax(gomod, data, nil); err != nil {
			return path
		}
	}
	for _, r := range f.Require {
		if old, ok := w.requires[r.Mod.Path]; !ok || semver.Compare(old.Version, r.Mod.Version) < 0 {
			w.requires[r.Mod.Path] = r.Mod
		}
	}
	w.substitute(dir, f.Replace)
	return path
}

func (w *workspace) addWork(gowork string) {
	data, err := os.ReadFile(gowork)
	if err != nil {
		return
	}
	f, err := modfile.ParseWork(gowork, data, nil)
	if err != nil {
		return
	}
	dir := filepath.Dir(gowork)
	for _, use := range f.Use {
		w.add(filepath.Join(within(dir, use.Path), "go.mod"))
	}
	w.substitute(dir, f.Replace)
}

// substitute notes where replaced modules lie.
func (w *workspace) substitute(dir string, replace []*modfile.Replace) {
	for _, r := range replace {
		if r.New.Version != "" {
			w.requires[r.Old.Path] = r.New
			continue
		}
		delete(w.requires, r.Old.Path)
		w.modules = append(w.modules, folder{path: r.Old.Path, dir: within(dir, r.New.Path)})
	}
}

// within returns a path of a go.mod or go.work file that lies in dir.
func within(dir, path string) string {
	path = filepath.FromSlash(path)
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// lookAround finds what "go env" would say, without the time that it takes.
func lookAround(getenv func(string) string, dir string) Go {
	if getenv == nil {
		getenv = os.Getenv
	}
	settings := userSettings(getenv)
	env := func(name string) string { return cmp.Or(getenv(name), settings[name]) }
	g := Go{GOROOT: env("GOROOT"), GOMODCACHE: env("GOMODCACHE")}
	if g.GOROOT == "" {
		g.GOROOT = cmp.Or(rootOfGo(getenv("PATH")), build.Default.GOROOT)
	}
	if g.GOMODCACHE == "" {
		gopath := cmp.Or(env("GOPATH"), build.Default.GOPATH)
		if list := filepath.SplitList(gopath); len(list) > 0 {
			g.GOMODCACHE = filepath.Join(list[0], "pkg", "mod")
		}
	}
	g.GOMOD = upwards(dir, "go.mod")
	switch work := env("GOWORK"); work {
	case "off":
	case "":
		g.GOWORK = upwards(dir, "go.work")
	default:
		g.GOWORK = work
	}
	return g
}

// userSettings reads what "go env -w" wrote (cmd/go/internal/cfg, EnvFile): lines
// of NAME=value.
func userSettings(getenv func(string) string) map[string]string {
	file := getenv("GOENV")
	if file == "" {
		dir, err := os.UserConfigDir()
		if err != nil {
			return nil
		}
		file = filepath.Join(dir, "go", "env")
	}
	data, err := os.ReadFile(file) // GOENV=off is no file either
	if err != nil {
		return nil
	}
	settings := make(map[string]string)
	for line := range strings.Lines(string(data)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), "="); ok && !strings.HasPrefix(name, "#") {
			settings[name] = value
		}
	}
	return settings
}

// rootOfGo returns the GOROOT of the go command in PATH.
func rootOfGo(path string) string {
	command := "go"
	if runtime.GOOS == "windows" {
		command = "go.exe"
	}
	for _, dir := range filepath.SplitList(path) {
		file := filepath.Join(dir, command)
		if !filepath.IsAbs(dir) || !isFile(file) {
			continue
		}
		if real, err := filepath.EvalSymlinks(file); err == nil {
			if root := filepath.Dir(filepath.Dir(real)); isFile(filepath.Join(root, "src", "runtime", "proc.go")) {
				return root
			}
		}
	}
	return ""
}

// upwards returns the nearest file of the name in dir and the folders around it.
func upwards(dir, name string) string {
	for {
		if file := filepath.Join(dir, name); isFile(file) {
			return file
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return ""
		}
		dir = parent
	}
}
