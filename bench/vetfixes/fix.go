// SPDX-License-Identifier: MIT

package main

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A fix is a published mend of a leak in a module: code changed between two of
// its versions.
type fix struct {
	Module  string `json:"module"`
	Before  string `json:"before"`  // the version that leaks
	After   string `json:"after"`   // the version that does not
	Package string `json:"package"` // the folder that leaks, as a pattern: . or ./folder
	// File and Lines are the operations that block for ever, in the version before.
	File  string `json:"file"`
	Lines []int  `json:"lines"`
	Wait  string `json:"wait"` // what waits there and why
	Fix   string `json:"fix"`  // what the change did
	Link  string `json:"link"`
	// Reason says what of the program the analysis does not see, where it misses the
	// leak.
	Reason string `json:"reason,omitempty"`
}

//go:embed fixes.json
var fixesFile []byte

func readFixes() ([]fix, error) {
	var fixes []fix
	if err := json.Unmarshal(fixesFile, &fixes); err != nil {
		return nil, fmt.Errorf("fixes.json: %w", err)
	}
	for _, f := range fixes {
		if f.Module == "" || f.Before == "" || f.After == "" || f.Package == "" || f.File == "" ||
			len(f.Lines) == 0 || f.Wait == "" || f.Fix == "" || f.Link == "" {
			return nil, fmt.Errorf("fixes.json: an entry is incomplete: %+v", f)
		}
	}
	return fixes, nil
}

// place returns where the leak is, for people.
func (f fix) place() string {
	lines := make([]string, len(f.Lines))
	for i, n := range f.Lines {
		lines[i] = strconv.Itoa(n)
	}
	if len(lines) > 3 {
		return fmt.Sprintf("%s:%s and %d more", f.File, lines[0], len(lines)-1)
	}
	return f.File + ":" + strings.Join(lines, ", ")
}

// functions returns the declared functions around the fix's operations, given the
// module's folder.
func (f fix) functions(folder string) ([]string, error) {
	src, err := os.ReadFile(filepath.Join(folder, filepath.FromSlash(f.File)))
	if err != nil {
		return nil, err
	}
	return enclosing(f.File, src, f.Lines)
}

var errNoFunction = errors.New("no function stands at the line; correct fixes.json")

// enclosing returns the names of the declared functions around the lines of a
// file: what stays the same where a change moves lines.
func enclosing(file string, src []byte, lines []int) ([]string, error) {
	set := token.NewFileSet()
	parsed, err := parser.ParseFile(set, file, src, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, line := range lines {
		name := functionAt(set, parsed, line)
		if name == "" {
			return nil, fmt.Errorf("%s:%d: %w", file, line, errNoFunction)
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, nil
}

// functionAt names the declared function around a line, with its receiver's type.
func functionAt(set *token.FileSet, file *ast.File, line int) string {
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || line < set.Position(f.Pos()).Line || line > set.Position(f.End()).Line {
			continue
		}
		if f.Recv != nil && len(f.Recv.List) == 1 {
			return types.ExprString(f.Recv.List[0].Type) + "." + f.Name.Name
		}
		return f.Name.Name
	}
	return ""
}
