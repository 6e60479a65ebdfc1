// SPDX-License-Identifier: MIT

package govet

import (
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/unleak/unleak/cmd/unleak/internal/usage"
)

// Options says what to analyse and how. The zero value analyses the package in the
// current folder with all analyzers.
type Options struct {
	// Verbose lists the functions that were not searched to the end.
	Verbose bool
	// NoTests leaves out what test files leak.
	NoTests bool
	// Tool is the program that go vet calls: one that answers by Main. "" is this
	// one.
	Tool string

	dir      string   // from -C
	build    []string // the build's flags
	choice   []string // the analyzers'
	packages []string
}

// Flags defines the options' flags on fs, those of the analyzers among them.
func (o *Options) Flags(fs *flag.FlagSet) {
	fs.BoolVar(&o.Verbose, "v", false, "list the functions that were not searched to the end, and why")
	fs.BoolFunc("test", "find what test files leak too (default true)", func(s string) error {
		switch s {
		case "true", "1":
			o.NoTests = false
		case "false", "0":
			o.NoTests = true
		default:
			return usage.Errorf("want true or false, not %q", s)
		}
		return nil
	})
	analyzers := flag.NewFlagSet("", flag.ContinueOnError)
	choices(analyzers)
	analyzers.VisitAll(func(f *flag.Flag) {
		keep := func(s string) error {
			o.choice = append(o.choice, "-"+f.Name+"="+s)
			return f.Value.Set(s) // says what it cannot be
		}
		if isBool(f) {
			fs.BoolFunc(f.Name, f.Usage, keep)
		} else {
			fs.Func(f.Name, f.Usage, keep)
		}
	})
}

func isBool(f *flag.Flag) bool {
	b, ok := f.Value.(interface{ IsBoolFlag() bool })
	return ok && b.IsBoolFlag()
}

// valueFlags and boolFlags are the build's flags, as of Go 1.27 (go help build).
var (
	valueFlags = strings.Fields(`C p asmflags buildmode compiler gccgoflags gcflags installsuffix
		ldflags mod modfile overlay pgo pkgdir tags toolexec`)
	boolFlags = strings.Fields(`a race msan asan cover work x linkshared modcacherw trimpath buildvcs`)
)

// Parse sets the flags that own defines from args, keeps the build's for the go
// command, and takes the rest for packages. Flags may stand behind packages.
func (o *Options) Parse(args []string, own *flag.FlagSet) error {
	keep := func(name string) func(string) error {
		return func(s string) error {
			if name == "C" {
				o.dir = s
				return nil
			}
			o.build = append(o.build, "-"+name+"="+s)
			return nil
		}
	}
	all := flag.NewFlagSet("unleak vet", flag.ContinueOnError)
	all.SetOutput(io.Discard)
	own.VisitAll(func(f *flag.Flag) { all.Var(f.Value, f.Name, f.Usage) })
	for _, name := range valueFlags {
		all.Func(name, "", keep(name))
	}
	for _, name := range boolFlags {
		all.BoolFunc(name, "", keep(name))
	}
	for len(args) > 0 {
		if err := all.Parse(args); err != nil {
			return usage.Errorf("%v; \"unleak help vet\" lists the flags", err)
		}
		if args = all.Args(); len(args) > 0 {
			o.packages = append(o.packages, args[0])
			args = args[1:]
		}
	}
	return nil
}

// patterns returns the packages as the user named them.
func (o *Options) patterns() string {
	if len(o.packages) == 0 {
		return "the current folder"
	}
	return fmt.Sprintf("%q", strings.Join(o.packages, " "))
}
