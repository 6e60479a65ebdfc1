// SPDX-License-Identifier: MIT

package unleak_test

import (
	"bytes"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/unleak/unleak"
)

const root = "github.com/unleak/unleak"

// arrows says which folders the code of a folder may import; the root package's
// folder is ".". A trailing "/..." stands for a folder and all beneath it. Of
// several lines that fit a folder the longest rules. ARCHITECTURE.md draws it.
var arrows = map[string][]string{
	".":                      nil,
	"internal/dump":          {"."},
	"internal/dump/dumptest": {"."}, // goroutines in known waits, for tests
	"internal/dump/corpus":   {".", "internal/dump/dumptest"},
	"internal/source":        {"."},
	"internal/live":          {".", "internal/dump"},
	"internal/diagnose":      {".", "internal/source"},
	"internal/rules":         {"."},
	"internal/report/...":    {"."},
	"leaktest":               {".", "internal/live", "internal/diagnose", "internal/source", "internal/rules", "internal/report/text"},
	"monitor":                {".", "internal/live", "internal/diagnose", "internal/report/html", "internal/report/jsonstream"},
	"goleak":                 {".", "leaktest"},
	"vet/...":                {".", "internal/diagnose", "internal/source", "vet/..."},
	"cmd/unleak/...":         {"./..."},
	"examples/...":           {".", "examples/..."},
	"bench/...":              {"./..."},
	"contrib/...":            {"monitor", "contrib/..."},
}

// forbidden says which packages of the standard library a folder's code may not
// import: parsers are pure readers, and a reporter decides no exit code.
var forbidden = map[string][]string{
	".":                           impure,
	"internal/dump":               impure,
	"internal/source":             impure,
	"internal/diagnose":           impure,
	"internal/rules":              impure,
	"internal/report/...":         impure,
	"cmd/unleak/internal/profile": impure,
}

// impure lists what reaches the disk, the network or the process itself. Packages
// beneath net that only parse (net/url) are not among them, nor is go/build, which
// reads through functions that its caller may give.
var impure = []string{
	"go/importer", "io/ioutil", "log", "log/slog", "log/syslog",
	"net", "net/http/...", "net/rpc/...", "net/smtp", "os/...", "plugin", "syscall/...",
}

// TestArrows reads the import lines of the whole tree. A test file may import
// what it needs to make its inputs, but in the root module nothing from outside
// the standard library: its users would have to download that too.
func TestArrows(t *testing.T) {
	for _, f := range goFiles(t) {
		folder := path.Dir(f.name)
		allowed, known := rule(arrows, folder)
		if !known {
			t.Errorf("%s: no arrow is drawn for the folder %s; add it to the table in arrows_test.go and to ARCHITECTURE.md", f.name, folder)
			continue
		}
		banned, _ := rule(forbidden, folder)
		test := strings.HasSuffix(f.name, "_test.go")
		for _, imported := range f.imports(t) {
			ours, isOurs := inProject(imported)
			switch {
			case isOurs && !test && ours != folder && !matchesAny(allowed, ours):
				t.Errorf("%s imports %s: no arrow leads from %s to %s; the allowed ones: %s",
					f.name, imported, folder, ours, list(allowed))
			case !isOurs && !test && matchesAny(banned, imported):
				t.Errorf("%s imports %s: %s stays free of disk, network and process; let its caller do that", f.name, imported, folder)
			case !isOurs && inRootModule(folder) && !unleak.IsStandard(imported):
				t.Errorf("%s imports %s: the root module takes the standard library only, tests included; move the code to a nested module", f.name, imported)
			}
		}
	}
}

// TestDrawing keeps ARCHITECTURE.md complete: it names each folder that has an
// arrow and stands in the tree.
func TestDrawing(t *testing.T) {
	drawing := string(read(t, "ARCHITECTURE.md"))
	for pattern := range arrows {
		folder := strings.TrimSuffix(pattern, "/...")
		if _, err := os.Stat(folder); err == nil && !strings.Contains(drawing, folder) {
			t.Errorf("ARCHITECTURE.md does not name %s; draw its arrow there", folder)
		}
	}
}

// TestRootRequiresNothing keeps the root module out of its users' version
// selection.
func TestRootRequiresNothing(t *testing.T) {
	if line := regexp.MustCompile(`(?m)^[ \t]*(require|replace|exclude|tool)\b.*`).Find(read(t, "go.mod")); line != nil {
		t.Errorf("go.mod has %q: every module that uses unleak would inherit it; move what needs it to a nested module", line)
	}
	if _, err := os.Stat("go.sum"); err == nil {
		t.Error("the root module has a go.sum: it requires nothing, so delete the file")
	}
}

// TestNoReplace: go install refuses a module whose go.mod has replace lines.
func TestNoReplace(t *testing.T) {
	for _, name := range files(t) {
		if path.Base(name) != "go.mod" {
			continue
		}
		if line := regexp.MustCompile(`(?m)^[ \t]*(replace\b|[^/\n]*=>).*`).Find(read(t, name)); line != nil {
			t.Errorf("%s has %q: go install refuses such a module; go.work replaces siblings, make tidy takes its own lines out", name, line)
		}
	}
}

// TestFiles holds the rules for every file: a licence line, a size that can be
// read, and folders named for what they hold.
func TestFiles(t *testing.T) {
	const (
		licence  = "// SPDX-License-Identifier: MIT\n"
		maxLines = 500
	)
	generated := regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`)
	for _, f := range goFiles(t) {
		if !bytes.HasPrefix(f.text, []byte(licence)) {
			t.Errorf("%s: the first line is not %q", f.name, strings.TrimSpace(licence))
		}
		if n := bytes.Count(f.text, []byte("\n")); n > maxLines && !generated.Match(f.text) {
			t.Errorf("%s has %d lines, over %d: divide it by subject", f.name, n, maxLines)
		}
	}
	vague := []string{"util", "utils", "common", "helper", "helpers", "type", "types", "misc", "shared"}
	for _, name := range files(t) {
		for _, folder := range strings.Split(path.Dir(name), "/") {
			if slices.Contains(vague, folder) {
				t.Errorf("%s: a folder named %q says nothing of what it holds; name it with a noun of the field", name, folder)
			}
		}
	}
}

// TestRules tries the matching itself on made-up lines.
func TestRules(t *testing.T) {
	table := map[string][]string{"a/...": {"x"}, "a/b": {"y/..."}}
	for _, c := range []struct {
		folder, imported string
		want             bool
	}{
		{"a", "x", true},
		{"a/c/d", "x", true},
		{"a/c/d", "x/z", false},
		{"a/b", "x", false}, // the longer line rules
		{"a/b", "y", true},
		{"a/b", "y/z", true},
		{"a/b", "yz", false},
		{"ab", "x", false},
	} {
		allowed, _ := rule(table, c.folder)
		if got := matchesAny(allowed, c.imported); got != c.want {
			t.Errorf("%s imports %s: allowed %v, want %v", c.folder, c.imported, got, c.want)
		}
	}
	if !matchesAny([]string{"./..."}, "anything/at/all") {
		t.Error("./... does not match every folder")
	}
}

// A goFile is a Go file of the tree, with its slash-separated path.
type goFile struct {
	name string
	text []byte
}

func (f goFile) imports(t *testing.T) []string {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), f.name, f.text, parser.ImportsOnly)
	if err != nil {
		t.Errorf("%s: %v", f.name, err)
		return nil
	}
	var paths []string
	for _, spec := range parsed.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Errorf("%s: import %s: %v", f.name, spec.Path.Value, err)
			continue
		}
		paths = append(paths, p)
	}
	return paths
}

func goFiles(t *testing.T) []goFile {
	t.Helper()
	var all []goFile
	for _, name := range files(t) {
		if strings.HasSuffix(name, ".go") {
			all = append(all, goFile{name, read(t, name)})
		}
	}
	if len(all) == 0 {
		t.Fatal("no Go file found: the test must run in the folder of the root module")
	}
	return all
}

// files lists the tree without testdata, whose Go files are inputs of tests, and
// without what the go command ignores too. It reads through package os, so that
// the go command sees which files a cached result of these tests rests on.
func files(t *testing.T) []string {
	t.Helper()
	var all []string
	err := fs.WalkDir(os.DirFS("."), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case !d.IsDir():
			all = append(all, name)
		case name != "." && (d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") || strings.HasPrefix(d.Name(), "_")):
			return fs.SkipDir
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// rule returns the line of the table that fits the folder most closely.
func rule(table map[string][]string, folder string) (value []string, ok bool) {
	longest := -1
	for pattern, v := range table {
		if n := len(strings.TrimSuffix(pattern, "/...")); n > longest && matches(pattern, folder) {
			longest, value, ok = n, v, true
		}
	}
	return value, ok
}

func matchesAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, name) })
}

func matches(pattern, name string) bool {
	tree, isTree := strings.CutSuffix(pattern, "/...")
	return name == pattern || isTree && (tree == "." || name == tree || strings.HasPrefix(name, tree+"/"))
}

// inProject returns the folder of an import path of the project's own.
func inProject(importPath string) (folder string, ok bool) {
	if importPath == root {
		return ".", true
	}
	return strings.CutPrefix(importPath, root+"/")
}

// inRootModule goes by the nearest go.mod above the folder.
func inRootModule(folder string) bool {
	for ; folder != "."; folder = path.Dir(folder) {
		if _, err := os.Stat(path.Join(folder, "go.mod")); err == nil {
			return false
		}
	}
	return true
}

func list(patterns []string) string {
	if len(patterns) == 0 {
		return "none"
	}
	return strings.Join(patterns, ", ")
}
