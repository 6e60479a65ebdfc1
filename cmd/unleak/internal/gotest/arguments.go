// SPDX-License-Identifier: MIT

package gotest

import (
	"flag"
	"strings"

	"github.com/unleak/unleak/cmd/unleak/internal/usage"
)

// arguments are go test's, taken apart as far as unleak has to know them.
type arguments struct {
	flags    []argument
	packages []string
	// unknown are flags that go test would hand to the test binary.
	unknown []string
	// tail is -args and all that follows.
	tail []string
}

// An argument is one flag with its value.
type argument struct {
	name  string // without dashes and without the prefix "test."
	value string
	// set says that the flag has a value ("-x=1", "-x 1").
	set bool
}

func (a argument) String() string {
	if !a.set {
		return "-" + a.name
	}
	return "-" + a.name + "=" + a.value
}

// split takes unleak's own flags, those that own defines, out of args wherever
// they stand before -args, sets them, and returns the rest taken apart.
func split(args []string, own *flag.FlagSet) (arguments, error) {
	var a arguments
	for i := 0; i < len(args); i++ {
		arg := args[i]
		if arg == "-args" || arg == "--args" {
			a.tail = args[i:]
			break
		}
		if len(arg) < 2 || arg[0] != '-' {
			a.packages = append(a.packages, arg)
			continue
		}
		name, value, set := strings.Cut(strings.TrimPrefix(arg[1:], "-"), "=")
		next := func() error {
			if set {
				return nil
			}
			if i+1 >= len(args) {
				return usage.Errorf("flag -%s needs a value", name)
			}
			i++
			value, set = args[i], true
			return nil
		}
		if f := own.Lookup(name); f != nil {
			if isBool(f) && !set {
				value, set = "true", true
			}
			if err := next(); err != nil {
				return a, err
			}
			if err := own.Set(name, value); err != nil {
				return a, usage.Errorf("flag -%s: %v", name, err)
			}
			continue
		}
		known := strings.TrimPrefix(name, "test.")
		switch {
		case valueFlags[known]:
			if err := next(); err != nil {
				return a, err
			}
			a.flags = append(a.flags, argument{known, value, true})
		case boolFlags[known]:
			a.flags = append(a.flags, argument{known, value, set})
		default:
			a.unknown = append(a.unknown, arg)
		}
	}
	return a, nil
}

func isBool(f *flag.Flag) bool {
	b, ok := f.Value.(interface{ IsBoolFlag() bool })
	return ok && b.IsBoolFlag()
}

// get returns the last value of a flag.
func (a arguments) get(name string) (argument, bool) {
	for i := len(a.flags) - 1; i >= 0; i-- {
		if a.flags[i].name == name {
			return a.flags[i], true
		}
	}
	return argument{}, false
}

// on reports whether a boolean flag is set.
func (a arguments) on(name string) bool {
	f, ok := a.get(name)
	return ok && f.value != "false" && f.value != "0"
}

// without returns a copy that lacks the named flags.
func (a arguments) without(names ...string) arguments {
	drop := fields(strings.Join(names, " "))
	kept := make([]argument, 0, len(a.flags))
	for _, f := range a.flags {
		if !drop[f.name] {
			kept = append(kept, f)
		}
	}
	a.flags = kept
	return a
}

// list returns the arguments as go test takes them, after the flags in front.
func (a arguments) list(front ...string) []string {
	list := front
	for _, f := range a.flags {
		list = append(list, f.String())
	}
	list = append(list, a.packages...)
	list = append(list, a.unknown...)
	return append(list, a.tail...)
}

func fields(s string) map[string]bool {
	m := make(map[string]bool)
	for _, f := range strings.Fields(s) {
		m[f] = true
	}
	return m
}

// valueFlags and boolFlags are the flags of go test and of the build, as of
// Go 1.27 (go help build, go help testflag).
var valueFlags = fields(`
	C p covermode coverpkg asmflags buildmode compiler gccgoflags gcflags
	installsuffix ldflags mod modfile overlay pgo pkgdir tags toolexec exec o vet
	bench benchtime blockprofile blockprofilerate count coverprofile cpu cpuprofile
	fuzz fuzztime fuzzminimizetime list memprofile memprofilerate mutexprofile
	mutexprofilefraction outputdir parallel run shuffle skip timeout trace
	debug-actiongraph debug-runtime-trace debug-trace`)

var boolFlags = fields(`
	a n race msan asan cover v work x json c i short failfast benchmem fullpath
	artifacts linkshared modcacherw trimpath buildvcs`)
