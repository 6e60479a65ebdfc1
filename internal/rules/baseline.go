// SPDX-License-Identifier: MIT

package rules

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/unleak/unleak"
)

// A Baseline is the list of leaks that a code base is known to have. Keys have no
// line numbers, so that an edit elsewhere changes nothing in it.
type Baseline struct{ Entries []Entry }

// An Entry is one known leak in one package's tests.
type Entry struct {
	Key     string
	Cause   unleak.Cause
	Package string // "-" where unknown
	Func    string // the blocked function
}

// BaselineError is a line of a baseline that cannot be read.
type BaselineError struct {
	Line int
	Text string
}

func (e *BaselineError) Error() string {
	return fmt.Sprintf("line %d is no baseline entry (KEY CAUSE PACKAGE FUNCTION): %q; mend the line, or write the file anew with -update-baseline", e.Line, e.Text)
}

const baselineHead = `# Goroutine leaks that are known here, as "unleak test -update-baseline" wrote them.
# Delete a line when its leak is mended: from then on it fails again.
# KEY CAUSE PACKAGE FUNCTION
`

// ReadBaseline reads a baseline. Empty lines and lines that begin with # are
// passed over.
func ReadBaseline(r io.Reader) (*Baseline, error) {
	b := new(Baseline)
	s := bufio.NewScanner(r)
	for n := 1; s.Scan(); n++ {
		line := strings.TrimSpace(s.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.Fields(line)
		if len(f) != 4 || len(f[0]) != 16 || strings.Trim(f[0], "0123456789abcdef") != "" {
			return nil, &BaselineError{n, line}
		}
		b.Entries = append(b.Entries, Entry{f[0], unleak.Cause(f[1]), f[2], f[3]})
	}
	return b, s.Err()
}

// NewBaseline lists findings.
func NewBaseline(findings []unleak.Finding) *Baseline {
	b := new(Baseline)
	for _, f := range findings {
		for _, e := range f.Evidence {
			entry := Entry{f.Key, f.Cause, cmp.Or(e.Package, "-"), strings.ReplaceAll(f.Blocked.Func, " ", "")}
			if !slices.Contains(b.Entries, entry) {
				b.Entries = append(b.Entries, entry)
			}
		}
	}
	slices.SortFunc(b.Entries, func(x, y Entry) int {
		return cmp.Or(cmp.Compare(x.Package, y.Package), cmp.Compare(x.Func, y.Func), cmp.Compare(x.Key, y.Key))
	})
	return b
}

// Write writes the baseline as ReadBaseline reads it.
func (b *Baseline) Write(w io.Writer) error {
	out := bufio.NewWriter(w)
	out.WriteString(baselineHead)
	for _, e := range b.Entries {
		fmt.Fprintf(out, "%s %s %s %s\n", e.Key, e.Cause, e.Package, cmp.Or(e.Func, "-"))
	}
	return out.Flush()
}

// Has reports whether the finding is known.
func (b *Baseline) Has(f *unleak.Finding) bool {
	return slices.ContainsFunc(b.Entries, func(e Entry) bool { return e.Key == f.Key })
}

// Vanished lists the entries whose package was looked at and whose leak was not
// found there.
func (b *Baseline) Vanished(findings []unleak.Finding, packages []string) []Entry {
	var gone []Entry
	for _, e := range b.Entries {
		seen := slices.ContainsFunc(findings, func(f unleak.Finding) bool {
			return f.Key == e.Key && slices.ContainsFunc(f.Evidence, func(v unleak.Evidence) bool { return v.Package == e.Package })
		})
		if !seen && slices.Contains(packages, e.Package) {
			gone = append(gone, e)
		}
	}
	return gone
}
