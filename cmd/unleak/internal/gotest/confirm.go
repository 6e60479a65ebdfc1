// SPDX-License-Identifier: MIT

package gotest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/cmd/unleak/internal/hook"
	"github.com/unleak/unleak/internal/diagnose"
)

// confirm runs the tests of doubtful cases again, alone, in fresh processes:
// once, then three times over. What grows leaks with every run of the test. What
// does not belongs to the process, or ends by itself.
func (r *runner) confirm(ctx context.Context, cases []*diagnose.Case) {
	suspects := doubtful(cases)
	if len(suspects) == 0 || r.Confirm < 0 || ctx.Err() != nil {
		return
	}
	tests := 0
	for _, s := range suspects {
		tests += len(s.tests)
	}
	r.progress("running %d of the tests again to see whether what they leave grows (-confirm=off does without)", tests)
	ctx, cancel := context.WithTimeout(ctx, r.Confirm)
	defer cancel()
	// A run waits more than it computes, so that more of them than processors
	// make sense.
	tokens := make(chan struct{}, 2*runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	losses := make([]*unleak.Loss, len(suspects))
	for i, s := range suspects {
		wg.Go(func() {
			tokens <- struct{}{}
			defer func() { <-tokens }()
			if err := r.confirmPackage(ctx, i, s); err != nil {
				losses[i] = s.loss(err)
			}
		})
	}
	wg.Wait()
	for _, l := range losses {
		if l != nil {
			r.losses = append(r.losses, *l)
		}
	}
}

// A suspect is a package's doubtful cases and the tests to run again for them.
type suspect struct {
	pkg   string
	tests []string // top-level
	cases []*diagnose.Case
}

// doubtful gathers the doubtful cases by package, with the tests that left them.
// Benchmarks are not run again: their number of iterations is no repetition.
func doubtful(cases []*diagnose.Case) []*suspect {
	byPackage := make(map[string]*suspect)
	var list []*suspect
	for _, c := range cases {
		if !c.Doubtful() || c.Package == "command-line-arguments" {
			continue
		}
		tests := make(map[string]bool)
		for _, l := range c.Left {
			top, _, _ := strings.Cut(l.Test, "/")
			if top != "" && !strings.HasPrefix(top, "Benchmark") {
				tests[top] = true
			}
		}
		if len(tests) == 0 {
			continue
		}
		s := byPackage[c.Package]
		if s == nil {
			s = &suspect{pkg: c.Package}
			byPackage[c.Package] = s
			list = append(list, s)
		}
		s.cases = append(s.cases, c)
		for _, t := range slices.Sorted(maps.Keys(tests)) {
			if !slices.Contains(s.tests, t) {
				s.tests = append(s.tests, t)
			}
		}
	}
	return list
}

func (s *suspect) loss(err error) *unleak.Loss {
	message := fmt.Sprintf("The tests %s could not be run again to see whether what they leave grows: %v.", strings.Join(s.tests, ", "), err)
	if errors.Is(err, context.DeadlineExceeded) {
		message = fmt.Sprintf("Running %s again took longer than -confirm allows: their findings are graded by the first run alone. Give more time with -confirm=5m.", strings.Join(s.tests, ", "))
	}
	return &unleak.Loss{Kind: "not-confirmed", Package: s.pkg, Message: message}
}

// confirmPackage makes the two runs for one package and notes their numbers in
// its cases.
func (r *runner) confirmPackage(ctx context.Context, i int, s *suspect) error {
	once, err := r.again(ctx, s, fmt.Sprintf("once-%d", i), 1, hook.Config{})
	if err != nil {
		return err
	}
	// The second run waits until no more is left than after the first: what is
	// merely slow has ended by then, and what belongs to the process costs no
	// wait.
	thrice, err := r.again(ctx, s, fmt.Sprintf("thrice-%d", i), 3, hook.Config{Linger: r.Linger, Floor: once.left})
	if err != nil {
		return err
	}
	if n := thrice.begun(); n < 3*once.begun() {
		// Some frameworks refuse to run twice in a process: what such a run
		// left, or did not leave, says nothing.
		return fmt.Errorf("with -count=3 the test binary ended after %d of %d tests", n, 3*once.begun())
	}
	before, after := once.keys(), thrice.keys()
	for _, c := range s.cases {
		c.Growth = &diagnose.Growth{Once: before[c.Key], Thrice: after[c.Key]}
	}
	return nil
}

// begun returns how many top-level tests began. Examples do not count: -count
// does not repeat them (testing, (*M).Run).
func (b *binary) begun() int {
	n := 0
	for _, name := range b.tests {
		if !strings.Contains(name, "/") && !strings.HasPrefix(name, "Example") {
			n++
		}
	}
	return n
}

// keys returns how many goroutines of each key a run left.
func (b *binary) keys() map[unleak.Key]int {
	n := make(map[unleak.Key]int)
	for _, g := range b.goroutines {
		n[g.Key()] += max(g.Count, 1)
	}
	return n
}

// again runs a package's suspected tests and returns what they left.
func (r *runner) again(ctx context.Context, s *suspect, name string, count int, config hook.Config) (*binary, error) {
	dir, err := r.folder(name)
	if err != nil {
		return nil, err
	}
	config.Dir = dir
	var quoted []string
	for _, t := range s.tests {
		quoted = append(quoted, regexp.QuoteMeta(t))
	}
	front := []string{
		"test", "-overlay=" + r.overlay, "-vet=off",
		"-run=^(" + strings.Join(quoted, "|") + ")$", fmt.Sprintf("-count=%d", count),
	}
	cmd := r.command(ctx, r.environment(config), r.repeatable(s.pkg).list(front...))
	var tail quietWriter
	cmd.Stdout, cmd.Stderr = &tail, &tail
	err = cmd.Run()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	left := evidence{dir: dir}
	binaries, readErr := left.binaries()
	if readErr != nil {
		return nil, readErr
	}
	for _, b := range binaries {
		if b.ended {
			return b, nil // failing tests leave evidence all the same
		}
	}
	if err == nil {
		err = errors.New("the run left no evidence")
	}
	return nil, fmt.Errorf("%w (%s)", err, lastLine(tail.tail))
}

// repeatable returns the arguments for running tests of one package again: what
// builds the test binary and what the tests get stays; what selects, repeats,
// measures or prints goes.
func (r *runner) repeatable(pkg string) arguments {
	a := r.arguments.without(`run count json v bench benchtime benchmem fuzz fuzztime fuzzminimizetime
		list o x n work vet shuffle failfast skip coverprofile cpuprofile memprofile blockprofile
		mutexprofile trace outputdir cover covermode coverpkg artifacts debug-actiongraph debug-trace
		debug-runtime-trace`)
	a.packages = []string{pkg}
	if len(a.unknown) > 0 { // after -args go test does not guess which is a package
		tail := a.unknown
		if len(a.tail) > 0 {
			tail = append(slices.Clone(tail), a.tail[1:]...)
		}
		a.unknown, a.tail = nil, append([]string{"-args"}, tail...)
	}
	return a
}

func lastLine(text []byte) string {
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return lines[len(lines)-1]
}
