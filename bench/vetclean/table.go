// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/unleak/unleak/bench/vetjson"
)

// write prints the table, the findings with their verdicts, and what was not looked
// at. It fails where a finding has no verdict.
func write(w io.Writer, rows []row, verdicts []verdict) error {
	var b strings.Builder
	b.WriteString("| module | version | lines | packages | too slow | findings | true | false | false per 100k lines |\n|---|---|---|---|---|---|---|---|---|\n")
	var sum counts
	var unread []string
	for _, r := range rows {
		n := counts{lines: r.lines, packages: r.packages, slow: len(r.slow), findings: len(r.findings)}
		for _, f := range r.findings {
			v, ok := judged(r.module, f, verdicts)
			switch {
			case !ok:
				unread = append(unread, fmt.Sprintf("%s: %s", r.module.Module, f))
			case v.True:
				n.right++
			default:
				n.wrong++
			}
		}
		sum.add(n)
		n.write(&b, r.module.name(), r.module.Version)
	}
	sum.write(&b, "all", "")
	for _, r := range rows {
		for _, f := range r.findings {
			if v, ok := judged(r.module, f, verdicts); ok {
				fmt.Fprintf(&b, "\n- %s, %s: `%s`: **%t**. %s", r.module.Module, f.Place(), f.Message, v.True, v.Why)
			}
		}
	}
	b.WriteString("\n")
	for _, r := range rows {
		if len(r.slow) > 0 {
			fmt.Fprintf(&b, "\nToo slow, in %s: %s.\n", r.module.Module, strings.Join(r.slow, ", "))
		}
		for _, s := range r.broken {
			fmt.Fprintf(&b, "\nNot looked at: %s\n", s)
		}
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return err
	}
	if len(unread) > 0 {
		return fmt.Errorf("read these and add them to verdicts.json:\n%s", strings.Join(unread, "\n"))
	}
	return nil
}

func (m module) name() string {
	if len(m.Packages) > 0 {
		return m.Module + ": " + strings.Join(m.Packages, " ")
	}
	return m.Module
}

func judged(m module, f vetjson.Diagnostic, verdicts []verdict) (verdict, bool) {
	for _, v := range verdicts {
		if v.Module == m.Module && v.Place == f.Place() {
			return v, true
		}
	}
	return verdict{}, false
}

// counts is one line of the table.
type counts struct{ lines, packages, slow, findings, right, wrong int }

func (c *counts) add(d counts) {
	c.lines += d.lines
	c.packages += d.packages
	c.slow += d.slow
	c.findings += d.findings
	c.right += d.right
	c.wrong += d.wrong
}

func (c counts) write(w io.Writer, name, version string) {
	if version == "" {
		version = "–"
	}
	fmt.Fprintf(w, "| %s | %s | %d | %d | %d | %d | %d | %d | %.2f |\n", name, version,
		c.lines, c.packages, c.slow, c.findings, c.right, c.wrong, 1e5*float64(c.wrong)/float64(max(c.lines, 1)))
}
