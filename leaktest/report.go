// SPDX-License-Identifier: MIT

package leaktest

import (
	"fmt"
	"strings"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/report/text"
)

// maxReport bounds a report in bytes, whatever the names and numbers in it.
const maxReport = 60 << 10

// write returns the findings for a person, grouped and counted.
func (v *verdict) write(what string, o *Options) string {
	if len(v.findings) == 0 {
		return ""
	}
	n := 0
	for i := range v.findings {
		n += v.findings[i].Count
	}
	process.sources.mu.Lock()
	module := process.sources.module
	process.sources.mu.Unlock()
	var b strings.Builder
	fmt.Fprintf(&b, "leaktest: %s left %s behind\n\n", what, unleak.Plural(n, "goroutine"))
	text.Write(&b, v.report(module, o).Messages(), text.Options{Max: o.Max, Failures: true, More: "Options.Max: -1"})
	s := strings.TrimRight(b.String(), "\n")
	if len(s) > maxReport {
		cut := strings.LastIndexByte(s[:maxReport], '\n')
		if cut < 0 {
			cut = maxReport
		}
		s = s[:cut] + fmt.Sprintf("\n(%d bytes more are not shown: a report has at most %d)", len(s)-cut, maxReport)
	}
	return s
}

// complaints lists what is wrong beside the findings.
func (s *sieve) complaints(v *verdict) (fails, remarks []string) {
	if v.err != nil {
		fails = append(fails, "leaktest: not seen whole: "+strings.TrimPrefix(v.err.Error(), "leaktest: "))
	}
	for _, i := range s.unused() {
		line := "leaktest: nothing matched the Ignore of " + i + "; delete it if what it was for is gone"
		if s.FailUnused {
			fails = append(fails, line)
		} else {
			remarks = append(remarks, line)
		}
	}
	return fails, remarks
}

// tell writes a verdict into the test.
func (c *check) tell(v verdict) {
	c.t.Helper()
	for _, key := range v.keys {
		process.tests.report(c.mark.Value, key)
	}
	if report := v.write(c.name, c.Options); report != "" {
		c.t.Error(report)
	}
	fails, remarks := c.complaints(&v)
	for _, line := range fails {
		c.t.Error(line)
	}
	for _, line := range remarks {
		c.t.Log(line)
	}
}
