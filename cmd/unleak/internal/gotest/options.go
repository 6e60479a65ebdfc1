// SPDX-License-Identifier: MIT

package gotest

import (
	"flag"
	"io"
	"time"

	"github.com/unleak/unleak/cmd/unleak/internal/usage"
)

// Options says how to run and judge tests. The zero value of each field means its
// default.
type Options struct {
	// Grace bounds the wait at a test binary's exit while goroutines still
	// come or go; default 1 s.
	Grace time.Duration
	// NoProof leaves out the goroutineleak profile.
	NoProof bool
	// Confirm bounds the time spent on running the tests of doubtful findings
	// again, in fresh processes; negative means not at all, 0 means 1 minute.
	Confirm time.Duration
	// Linger is how long a confirming run waits for goroutines to end by
	// themselves; default 12 s.
	Linger time.Duration
	// Ancestors asks the runtime to keep the chain of creators after they end
	// (GODEBUG=tracebackancestors): slower tests, better attribution.
	Ancestors bool

	arguments arguments
}

// The defaults.
const (
	defaultGrace   = time.Second
	defaultConfirm = time.Minute
	// defaultLinger is longer than ten seconds, the idle time-out of many
	// clients, servers and pools: what they keep is gone by then.
	defaultLinger = 12 * time.Second
	// maxStacks is the number of goroutines above which a test binary writes a
	// profile in place of every goroutine's stack: at 10k, a traceback of all
	// stops the world for 45 to 74 ms, at 100k for half a second.
	maxStacks = 10_000
)

// Flags defines the options' flags on fs.
func (o *Options) Flags(fs *flag.FlagSet) {
	fs.DurationVar(&o.Grace, "grace", defaultGrace, "wait up to this long at the end while goroutines still come or go")
	fs.Func("proof", "take the runtime's goroutineleak profile: `on` or off (default on)", func(s string) error {
		on, err := parseSwitch(s)
		o.NoProof = !on
		return err
	})
	fs.Func("confirm", "run the tests of doubtful findings again, for at most this long in all: off, or a `duration` (default 1m)", func(s string) (err error) {
		if s == "off" {
			o.Confirm = -1
			return nil
		}
		if o.Confirm, err = time.ParseDuration(s); err == nil && o.Confirm <= 0 {
			o.Confirm = -1
		}
		return err
	})
	fs.DurationVar(&o.Linger, "linger", defaultLinger, "in a confirming run, wait this long for goroutines to end by themselves")
	fs.BoolVar(&o.Ancestors, "ancestors", false, "keep the chain of creators after they end (slower)")
}

// Parse sets the flags that own defines from args and keeps the rest for go
// test.
func (o *Options) Parse(args []string, own *flag.FlagSet) error {
	var err error
	o.arguments, err = split(args, own)
	return err
}

// ChangedDir returns the folder that -C names, or "".
func (o *Options) ChangedDir() string {
	c, _ := o.arguments.get("C")
	return c.value
}

// BuildFlags returns the flags that decide which code is built.
func (o *Options) BuildFlags() []string {
	var list []string
	for _, name := range []string{"tags", "mod", "modfile", "overlay", "race", "msan", "asan"} {
		if f, ok := o.arguments.get(name); ok {
			list = append(list, f.String())
		}
	}
	return list
}

func parseSwitch(s string) (bool, error) {
	switch s {
	case "on", "true", "1":
		return true, nil
	case "off", "false", "0":
		return false, nil
	}
	return false, usage.Errorf("want on or off, not %q", s)
}

func (o *Options) defaults() {
	if o.Grace <= 0 {
		o.Grace = defaultGrace
	}
	if o.Confirm == 0 {
		o.Confirm = defaultConfirm
	}
	if o.Linger <= 0 {
		o.Linger = defaultLinger
	}
}

// Streams are a process's standard streams and surroundings.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
	Env      []string
	// Dir is the folder to run in; "" is the current one.
	Dir string
	// Progress is told what takes long; nil tells nobody.
	Progress func(message string)
}

// PrintsJSON reports whether go test itself is asked for JSON, by its arguments or
// by GOFLAGS in env.
func (o *Options) PrintsJSON(env []string) bool {
	if _, given := o.arguments.get("json"); given {
		return o.arguments.on("json")
	}
	return fields(Lookup(env, "GOFLAGS"))["-json"]
}
