// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/unleak/unleak"
)

// large is how many lines make a module one of those that count.
const large = 10_000

// table returns the table, the findings with their verdicts, and what was not
// analysed. It is an error that a finding has no verdict.
func table(rows []row, verdicts []verdict) (string, error) {
	var b, list strings.Builder
	b.WriteString("| module | version | lines | packages | not analysed | findings | true | false | false per 100k lines |\n|---|---|---|---|---|---|---|---|---|\n")
	var sum counts
	var unread []string
	many := 0
	for _, r := range rows {
		n := counts{lines: r.lines, packages: r.packages, lost: len(r.lost), findings: len(r.findings)}
		listed := make(map[string]bool)
		for _, f := range r.findings {
			at := place(f)
			v, ok := judged(r.module, at, verdicts)
			switch {
			case !ok:
				unread = append(unread, fmt.Sprintf("%s: %s: %s [%s]", r.module.Module, at, f.Cause, f.Grade))
				continue
			case v.True:
				n.right++
			default:
				n.wrong++
			}
			if !listed[at] {
				listed[at] = true
				fmt.Fprintf(&list, "- %s, %s (%s): **%t**. %s\n", r.module.Module, at, f.Cause, v.True, v.Why)
			}
		}
		for _, l := range r.lost {
			fmt.Fprintf(&list, "- %s, %s: not analysed. %s\n", r.module.Module, l.Package, firstLine(l))
		}
		if n.lines >= large {
			many++
		}
		sum.add(n)
		n.write(&b, r.module.name(), r.module.Version)
	}
	sum.write(&b, "all", "–")
	head := fmt.Sprintf("%d false of %d findings in %d lines: %.2f per 100,000. %d of the %d modules have %d lines or more.\n\n",
		sum.wrong, sum.findings, sum.lines, sum.rate(), many, len(rows), large)
	text := head + b.String() + "\n" + list.String()
	if len(unread) > 0 {
		return text, fmt.Errorf("read these and add them to verdicts.json:\n%s", strings.Join(unread, "\n"))
	}
	return text, nil
}

// firstLine keeps a loss to its own line of the list.
func firstLine(l unleak.Loss) string {
	line, _, _ := strings.Cut(l.Message, "\n")
	return line
}

const (
	begin = "<!-- This is written by: go run ./bench/vetclean -->\n"
	end   = "<!-- end of what vetclean writes -->\n"
)

// document puts the text between the two marks of docs/vet-score.md.
func document(ctx context.Context, text string) error {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/unleak/unleak").Output()
	if err != nil {
		return fmt.Errorf("go list: %w; run vetclean in a checkout", err)
	}
	name := filepath.Join(strings.TrimSpace(string(out)), "docs", "vet-score.md")
	old, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	whole, err := between(string(old), text)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return os.WriteFile(name, []byte(whole), 0o644)
}

// between returns the document with other text between its marks.
func between(document, text string) (string, error) {
	before, rest, ok := strings.Cut(document, begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		return "", fmt.Errorf("it lacks the line %q or %q", begin, end)
	}
	return before + begin + text + end + after, nil
}

func (m module) name() string {
	if len(m.Packages) > 0 {
		return m.Module + ": " + strings.Join(m.Packages, " ")
	}
	return m.Module
}

func judged(m module, at string, verdicts []verdict) (verdict, bool) {
	for _, v := range verdicts {
		if v.Module == m.Module && v.Place == at {
			return v, true
		}
	}
	return verdict{}, false
}

// counts is one line of the table.
type counts struct{ lines, packages, lost, findings, right, wrong int }

func (c *counts) add(d counts) {
	c.lines += d.lines
	c.packages += d.packages
	c.lost += d.lost
	c.findings += d.findings
	c.right += d.right
	c.wrong += d.wrong
}

// rate is how many false findings there are in 100,000 lines.
func (c counts) rate() float64 { return 1e5 * float64(c.wrong) / float64(max(c.lines, 1)) }

func (c counts) write(b *strings.Builder, name, version string) {
	fmt.Fprintf(b, "| %s | %s | %d | %d | %d | %d | %d | %d | %.2f |\n", name, version,
		c.lines, c.packages, c.lost, c.findings, c.right, c.wrong, c.rate())
}
