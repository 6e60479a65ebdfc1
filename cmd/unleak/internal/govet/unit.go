// SPDX-License-Identifier: MIT

package govet

import (
	"encoding/gob"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"runtime/debug"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/unitchecker"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/vet"
)

// The flags with which "unleak vet" calls itself through go vet.
const (
	findingsFlag = "findings" // write findings, not diagnostics
	rootsFlag    = "roots"    // keeps entries of go vet's cache apart
)

// Called reports whether the arguments are those of a tool that go vet calls:
// -V=full, -flags, or flags and a file that ends in .cfg. No command of ours is
// called so.
func Called(args []string) bool {
	switch {
	case len(args) == 0:
		return false
	case args[0] == "-V=full", args[0] == "-flags":
		return len(args) == 1
	}
	last := args[len(args)-1]
	return strings.HasSuffix(last, ".cfg") && (len(args) == 1 || strings.HasPrefix(args[0], "-"))
}

// Main answers go vet, and ends the process. Beyond what unitchecker does, it
// leaves out of packages that are only depended on what tells nothing of them to
// others, and it can write findings whole.
//
// go vet keeps what a tool writes to standard output, byte for byte, beside the
// facts of a package, and writes it again where nothing has changed
// (cmd/go/internal/work, (*Builder).vet, since Go 1.26; with go vet's own -json it
// hands it on unread). So a finding needs no file of its own and no text that is
// parsed again: it is in the cache as it will be in the report.
func Main(args []string) {
	if args[0] == "-flags" {
		json.NewEncoder(os.Stdout).Encode(describe())
		os.Exit(0)
	}
	if os.Getenv("GOGC") == "" {
		relaxCollector(debug.SetGCPercent)
	}
	u, err := parseUnit(args)
	switch {
	case err != nil: // unitchecker says what is wrong
	case u.VetxOnly:
		// Which analyzers are on decides nothing here: their facts are the same.
		os.Args = []string{os.Args[0], u.file}
		unitchecker.Main(vet.Facts()...)
	case u.findings:
		log.SetFlags(0)
		register(vet.Facts())
		unitchecker.Run(u.file, []*analysis.Analyzer{u.collector()})
	}
	unitchecker.Main(vet.Analyzers()...)
}

// register makes facts known that other packages have stored, whichever analyzers are
// on here: reading them fails otherwise.
func register(analyzers []*analysis.Analyzer) {
	for _, a := range analyzers {
		for _, f := range a.FactTypes {
			gob.Register(f)
		}
		register(a.Requires)
	}
}

// A unit is go vet's order to analyse one package.
type unit struct {
	file     string
	findings bool
	on       []*analysis.Analyzer

	// From the file.
	ID, Dir, ImportPath string
	VetxOnly            bool
}

func parseUnit(args []string) (*unit, error) {
	u := &unit{file: args[len(args)-1]}
	data, err := os.ReadFile(u.file)
	if err == nil {
		err = json.Unmarshal(data, u)
	}
	if err != nil {
		return nil, err
	}
	fs := flag.NewFlagSet("unleak", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.BoolVar(&u.findings, findingsFlag, false, "")
	fs.String(rootsFlag, "", "")
	fs.Bool("json", false, "")
	chosen := choices(fs)
	if err := fs.Parse(args); err != nil {
		u.findings = false
	}
	u.on = chosen()
	return u, nil
}

// choices defines a flag for each analyzer, and the analyzers' own. The function
// that it returns says which are on: those that are switched on by name, if any are,
// else all that are not switched off, as go vet has it.
func choices(fs *flag.FlagSet) (chosen func() []*analysis.Analyzer) {
	all := vet.Analyzers()
	set := make(map[*analysis.Analyzer]bool)
	some := false
	for _, a := range all {
		fs.BoolFunc(a.Name, short(a.Doc), func(s string) error {
			on, err := strconv.ParseBool(s)
			set[a] = on
			some = some || on
			return err
		})
		a.Flags.VisitAll(func(f *flag.Flag) { fs.Var(f.Value, a.Name+"."+f.Name, f.Usage) })
	}
	return func() []*analysis.Analyzer {
		var list []*analysis.Analyzer
		for _, a := range all {
			if on, given := set[a]; on || !given && !some {
				list = append(list, a)
			}
		}
		return list
	}
}

// short returns the first line of an analyzer's documentation.
func short(doc string) string {
	line, _, _ := strings.Cut(doc, "\n")
	return line
}

// A description is what go vet wants to know of a flag.
type description struct {
	Name  string
	Bool  bool
	Usage string
}

// describe lists the flags that go vet hands on.
func describe() []description {
	fs := flag.NewFlagSet("unleak", flag.ContinueOnError)
	fs.Bool("json", false, "write diagnostics as JSON")
	fs.Int("c", -1, "show this many lines of source around a diagnostic")
	fs.Bool(findingsFlag, false, "write findings as JSON; for unleak vet")
	fs.String(rootsFlag, "", "tell runs apart; for unleak vet")
	choices(fs)
	var list []description
	fs.VisitAll(func(f *flag.Flag) {
		b, ok := f.Value.(interface{ IsBoolFlag() bool })
		list = append(list, description{f.Name, ok && b.IsBoolFlag(), f.Usage})
	})
	return list
}

// A line is one line of what a unit writes: first who it is, then what was found and
// what was lost, as in the JSON stream.
type line struct {
	Unit    *unitLine       `json:"unit,omitempty"`
	Finding *unleak.Finding `json:"finding,omitempty"`
	Loss    *unleak.Loss    `json:"loss,omitempty"`
}

// A unitLine says which package a unit is.
type unitLine struct {
	Package string `json:"package"`
	Dir     string `json:"dir"`
	// Scopes counts the functions that were searched.
	Scopes int `json:"scopes"`
	// Unfinished lists those that were not searched to the end.
	Unfinished []unleak.Loss `json:"unfinished,omitempty"`
}

// collector returns an analyzer that writes what the others have found.
// unitchecker has sent standard output to the file that go vet keeps by then.
func (u *unit) collector() *analysis.Analyzer {
	return &analysis.Analyzer{
		Name:     findingsFlag,
		Doc:      "write what the other analyzers found",
		Requires: u.on,
		Run: func(pass *analysis.Pass) (any, error) {
			head := &unitLine{Package: u.ImportPath, Dir: u.Dir}
			lines := []line{{Unit: head}}
			for _, a := range u.on {
				result, ok := vet.ResultOf(pass.ResultOf[a])
				if !ok {
					return nil, fmt.Errorf("the analyzer %s has no findings", a.Name)
				}
				head.Scopes += result.Scopes
				head.Unfinished = append(head.Unfinished, result.Unfinished...)
				for i := range result.Findings {
					lines = append(lines, line{Finding: &result.Findings[i]})
				}
				for i := range result.Failed {
					lines = append(lines, line{Loss: &result.Failed[i]})
				}
			}
			var text strings.Builder
			out := json.NewEncoder(&text)
			for i := range lines {
				if err := out.Encode(lines[i]); err != nil {
					return nil, err
				}
			}
			_, err := io.WriteString(os.Stdout, text.String())
			return nil, err
		},
	}
}
