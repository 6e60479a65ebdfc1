// SPDX-License-Identifier: MIT

package unleak_test

import (
	"fmt"
	"go/ast"
	"go/format"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/unleak/unleak"
)

// declared reads the causes from the source of cause.go, so that a new constant
// without an entry fails.
func declared(t *testing.T) []unleak.Cause {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "cause.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var causes []unleak.Cause
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok {
			return true
		}
		value, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		causes = append(causes, unleak.Cause(value))
		return false
	})
	return causes
}

func TestCatalogueIsComplete(t *testing.T) {
	var have []unleak.Cause
	for _, text := range unleak.Causes() {
		have = append(have, text.Cause)
	}
	if want := declared(t); !slices.Equal(have, want) {
		t.Errorf("the catalogue holds\n%q\nwant, in this order,\n%q", have, want)
	}
	if _, ok := unleak.Cause("no-such-cause").Text(); ok {
		t.Error("a cause that does not exist has a text")
	}
}

func TestCatalogueWords(t *testing.T) {
	titles := make(map[string]unleak.Cause)
	for _, text := range unleak.Causes() {
		t.Run(string(text.Cause), func(t *testing.T) {
			if got, ok := text.Cause.Text(); !ok || got.Title != text.Title {
				t.Errorf("Text() = %v, %t", got, ok)
			}
			if other, ok := titles[text.Title]; ok {
				t.Errorf("same title as %s", other)
			}
			titles[text.Title] = text.Cause
			if text.Title == "" || len(text.Title) > 50 || strings.HasSuffix(text.Title, ".") {
				t.Errorf("title %q: want 1 to 50 bytes and no full stop", text.Title)
			}
			if len(text.Remedies) < 2 {
				t.Errorf("%d remedies, want at least 2", len(text.Remedies))
			}
			for _, sentence := range append(text.Remedies, text.Meaning) {
				if !strings.HasSuffix(sentence, ".") || strings.Contains(sentence, "  ") || strings.TrimSpace(sentence) != sentence {
					t.Errorf("not a clean sentence: %q", sentence)
				}
			}
			if text.Before == text.After {
				t.Error("before and after are the same")
			}
		})
	}
}

// TestCatalogueCode type-checks each piece of code against the standard
// library of the toolchain that runs the test, unused variables included.
func TestCatalogueCode(t *testing.T) {
	std := importer.Default()
	for _, text := range unleak.Causes() {
		for _, code := range []struct{ name, source string }{{"before", text.Before}, {"after", text.After}} {
			t.Run(string(text.Cause)+"/"+code.name, func(t *testing.T) {
				if formatted, err := format.Source([]byte(code.source)); err != nil || string(formatted) != code.source {
					t.Errorf("not as gofmt writes it (%v):\n%s", err, formatted)
				}
				if err := check(std, code.source); err != nil {
					t.Errorf("%v\n%s", err, code.source)
				}
				for line := range strings.Lines(code.source) {
					if len(line) > 90 {
						t.Errorf("line of %d bytes: %s", len(line), line)
					}
				}
			})
		}
	}
}

// check parses code as declarations at file level, imports the packages whose
// names it leaves unresolved, and type-checks the result.
func check(std types.Importer, code string) error {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "code.go", "package p\n"+code, 0)
	if err != nil {
		return err
	}
	imports := make(map[string]bool)
	for _, name := range file.Unresolved {
		if path, ok := packages[name.Name]; ok {
			imports[path] = true
		}
	}
	var head strings.Builder
	for path := range imports {
		fmt.Fprintf(&head, "import %q\n", path)
	}
	file, err = parser.ParseFile(fset, "code.go", "package p\n"+head.String()+code, 0)
	if err != nil {
		return err
	}
	config := types.Config{Importer: std}
	_, err = config.Check("p", fset, []*ast.File{file}, nil)
	return err
}

var packages = map[string]string{
	"context": "context", "errors": "errors", "exec": "os/exec", "fmt": "fmt", "http": "net/http", "io": "io",
	"iter": "iter", "log": "log", "sync": "sync", "time": "time",
}
