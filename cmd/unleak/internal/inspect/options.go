// SPDX-License-Identifier: MIT

package inspect

import (
	"flag"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/unleak/unleak/cmd/unleak/internal/capture"
	"github.com/unleak/unleak/cmd/unleak/internal/usage"
)

// Options says what to look at and how. The zero value of each field means its
// default.
type Options struct {
	Filter
	// Capture says how running processes are asked.
	Capture capture.Options
	// Args are files, addresses, or "-" for standard input; none means standard
	// input.
	Args []string
	// Diff takes the arguments for looks at one process, in the order of time;
	// otherwise each is a process of its own.
	Diff bool
	// Every is the time between two looks at a running process, and For how
	// long it is looked at; without Every there is one look, without For no end.
	Every, For time.Duration
	// By lists the dimensions to count goroutines by.
	By []string
	// Limit is how many goroutines the process may have, or how many bytes
	// their stacks may take; at most one is set.
	Limit Limit
	// SourceDirs are folders to look for source in first.
	SourceDirs []string
}

// A Limit is a number of goroutines or of bytes; zero is none.
type Limit struct{ Goroutines, Bytes int64 }

// Streams is what a run reads and tells.
type Streams struct {
	// In is standard input.
	In io.Reader
	// Dir is the folder to work in; "" is the current one.
	Dir string
	// Getenv returns an environment variable's value; nil is os.Getenv.
	Getenv func(string) string
	// Progress is told what goes on; nil tells nobody.
	Progress func(message string)
}

// Flags defines the options' flags on fs.
func (o *Options) Flags(fs *flag.FlagSet) {
	fs.BoolVar(&o.Diff, "diff", false, "the arguments are looks at one process, oldest first: show what grew")
	fs.DurationVar(&o.Every, "every", 0, "look again and again, with this much time between: show what grows")
	fs.DurationVar(&o.For, "for", 0, "with -every, for how long (default until interrupted)")
	fs.Func("by", "count goroutines by a `dimension`: "+dimensionNames()+"; may be given again", func(s string) error {
		o.By = append(o.By, s)
		return checkDimension(s)
	})
	fs.Func("limit", "how many goroutines there may be, or how much memory their stacks may take (`10000` or 2GiB): say when that is reached", func(s string) (err error) {
		o.Limit, err = parseLimit(s)
		return err
	})
	fs.Func("source-dir", "look for source in this `folder` first; may be given again", func(s string) error {
		o.SourceDirs = append(o.SourceDirs, s)
		return nil
	})
	o.Filter.flags(fs)
	o.Capture.Flags(fs)
}

// Check refuses what cannot be meant.
func (o *Options) Check() error {
	if len(o.Args) == 0 {
		o.Args = []string{"-"}
	}
	if slices.Index(o.Args, "-") != lastIndex(o.Args, "-") {
		return usage.Errorf("standard input can be read once: give \"-\" once")
	}
	switch {
	case o.Diff && len(o.Args) < 2:
		return usage.Errorf("-diff compares two looks or more: give the older one first, unleak inspect -diff before after")
	case o.Diff && o.Every > 0:
		return usage.Errorf("-diff compares what is there already, -every takes new looks: give one of them")
	case o.Every < 0 || o.For < 0:
		return usage.Errorf("-every and -for are times to wait, such as 10s and 2m")
	case o.For > 0 && o.Every == 0:
		return usage.Errorf("-for needs -every, the time between two looks")
	case o.Every > 0 && (len(o.Args) != 1 || !capture.IsTarget(o.Args[0])):
		return usage.Errorf("-every looks at one running process: give its address, such as localhost:6060")
	case (o.Capture.Leak || o.Capture.Full) && !slices.ContainsFunc(o.Args, capture.IsTarget):
		return usage.Errorf("-leak and -full ask a running process: give its address, such as localhost:6060")
	case o.Limit != (Limit{}) && len(o.Args) > 1 && !o.Diff:
		return usage.Errorf("-limit is for one process: give one, or looks at one with -diff")
	case o.Limit != (Limit{}) && o.Filter.String() != "":
		return usage.Errorf("-limit is for all goroutines of a process: leave %s out", o.Filter.String())
	case o.Every > 0 && o.Every < time.Second:
		return usage.Errorf("-every=%s: less than a second between two looks would be felt by the process", o.Every)
	}
	return o.Filter.check()
}

func lastIndex(list []string, s string) int {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i] == s {
			return i
		}
	}
	return -1
}

// units are what may follow a number of bytes.
var units = [...]struct {
	name  string
	bytes int64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40},
	{"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12},
	{"K", 1 << 10}, {"M", 1 << 20}, {"G", 1 << 30}, {"T", 1 << 40}, {"B", 1},
}

// parseLimit reads "10000" or "2GiB".
func parseLimit(s string) (Limit, error) {
	for _, u := range units {
		number, ok := strings.CutSuffix(strings.ToLower(s), strings.ToLower(u.name))
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil || !(n > 0) || n*float64(u.bytes) >= math.MaxInt64 {
			return Limit{}, fmt.Errorf("want a size such as 512MiB or 2GiB, not %q", s)
		}
		return Limit{Bytes: int64(n * float64(u.bytes))}, nil
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(s, "_", ""), 10, 64)
	if err != nil || n <= 0 {
		return Limit{}, fmt.Errorf("want a number of goroutines such as 10000, or a size such as 2GiB, not %q", s)
	}
	return Limit{Goroutines: n}, nil
}
