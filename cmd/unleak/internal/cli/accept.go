// SPDX-License-Identifier: MIT

package cli

import (
	"flag"
	"fmt"
	"os"
	"strings"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/cmd/unleak/internal/usage"
	"github.com/unleak/unleak/internal/rules"
)

// acceptance is what the user knows of and does not want to hear again.
type acceptance struct {
	baseline string
	update   bool
	ignore   []*rules.Rule
}

func (a *acceptance) flags(fs *flag.FlagSet) {
	fs.StringVar(&a.baseline, "baseline", "", "leaks listed in this `file` are known and do not fail")
	fs.BoolVar(&a.update, "update-baseline", false, "write what was found to the -baseline file")
	fs.Func("ignore", "ignore findings by `kind:regexp`, where the kind is func, package, creator, cause or key; may be given again", func(s string) error {
		r, err := rules.ParseRule(s)
		a.ignore = append(a.ignore, r)
		return err
	})
}

func (a *acceptance) check() error {
	if a.update && a.baseline == "" {
		return usage.Errorf("-update-baseline needs -baseline=FILE to write to")
	}
	if a.baseline == "" || a.update {
		return nil
	}
	_, err := a.read() // before the tests have run for an hour
	return err
}

func (a *acceptance) read() (*rules.Baseline, error) {
	f, err := os.Open(a.baseline)
	if os.IsNotExist(err) {
		return nil, fmt.Errorf("no baseline %s: write one with -update-baseline", a.baseline)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the baseline: %w", err)
	}
	defer f.Close()
	b, err := rules.ReadBaseline(f)
	if err != nil {
		return nil, fmt.Errorf("baseline %s: %w", a.baseline, err)
	}
	return b, nil
}

// accept takes ignored and known findings out of the report, and says which rules
// matched nothing and which known leaks of the packages have vanished.
func (a *acceptance) accept(r *unleak.Report, packages []string) error {
	a.dropIgnored(r)
	if a.baseline == "" {
		return nil
	}
	if a.update {
		return a.writeBaseline(r)
	}
	b, err := a.read()
	if err != nil {
		return err
	}
	for _, e := range b.Vanished(r.Findings, packages) {
		r.Losses = append(r.Losses, unleak.Loss{
			Kind: "vanished", Package: e.Package,
			Message: fmt.Sprintf("The baseline's leak %s (%s in %s) was not found any more: delete its line from %s.", e.Key, e.Cause, e.Func, a.baseline),
		})
	}
	r.Drop(b.Has)
	return nil
}

func (a *acceptance) dropIgnored(r *unleak.Report) {
	r.Drop(func(f *unleak.Finding) bool {
		hit := false
		for _, rule := range a.ignore {
			hit = rule.Match(f) || hit
		}
		return hit
	})
	for _, rule := range a.ignore {
		if rule.Used() == 0 {
			r.Losses = append(r.Losses, unleak.Loss{
				Kind:    "unmatched-rule",
				Message: fmt.Sprintf("The rule -ignore=%s matched nothing: delete it.", rule),
			})
		}
	}
}

// writeBaseline writes the baseline and takes what it now knows out of the report.
func (a *acceptance) writeBaseline(r *unleak.Report) error {
	var text strings.Builder
	b := rules.NewBaseline(r.Findings)
	if err := b.Write(&text); err != nil {
		return err
	}
	if err := os.WriteFile(a.baseline, []byte(text.String()), 0o666); err != nil {
		return fmt.Errorf("writing the baseline: %w", err)
	}
	r.Drop(b.Has)
	return nil
}
