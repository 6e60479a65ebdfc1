// SPDX-License-Identifier: MIT

package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/cmd/unleak/internal/usage"
	"github.com/unleak/unleak/internal/report/text"
)

const explainUsage = `usage: unleak explain [flags] [cause]

Explain says what a cause means, how to mend it, and shows a before and an after.
Without a cause it lists all of them.

Flags:
`

// runExplain is "unleak explain".
func runExplain(_ context.Context, p process, args []string) (int, error) {
	fs := flag.NewFlagSet("unleak explain", flag.ContinueOnError)
	fs.SetOutput(p.err)
	if wantsHelp(args) {
		fs.SetOutput(p.out)
	}
	r := reporting{format: "text", fail: string(unleak.Likely)} // explain has the colours alone
	fs.StringVar(&r.color, "color", "auto", "colours: always, never or `auto`")
	fs.Usage = func() {
		fmt.Fprint(fs.Output(), explainUsage)
		fs.PrintDefaults()
	}
	if err := fs.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return exitClean, err
		}
		return exitUsage, nil
	}
	if err := r.check(); err != nil {
		return exitUsage, err
	}
	opts := text.Options{Color: r.colored(p.out, p.env)}
	if fs.NArg() == 0 {
		return exitClean, enough(text.List(p.out, opts))
	}
	for _, arg := range fs.Args() {
		cause := unleak.Cause(arg)
		if _, ok := cause.Text(); !ok {
			return exitUsage, usage.Errorf("no cause %q: \"unleak explain\" lists them", arg)
		}
		if err := enough(text.Explain(p.out, cause, opts)); err != nil {
			return exitFailure, err
		}
	}
	return exitClean, nil
}
