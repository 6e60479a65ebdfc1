// SPDX-License-Identifier: MIT

package report_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	stdhtml "html"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/report/html"
)

// attacks are texts that would run, load or break out if they were written as
// they are.
var attacks = []string{
	`<script>alert(1)</script>`,
	`</script><script>alert(1)</script>`,
	`</style><script>alert(1)</script>`,
	`</title><svg onload=alert(1)>`,
	`"><img src=x onerror=alert(1)>`,
	`' onmouseover='alert(1)`,
	"` onfocus=`alert(1)",
	`javascript:alert(1)`,
	`<a href="javascript:alert(1)">x</a>`,
	`<meta http-equiv="refresh" content="0;url=//evil.example">`,
	`<!--`, `-->`, `]]>`, `{{.}}`, `&lt;script&gt;`,
	"\x00<scr\x00ipt>", "\u202e<b>", "<\u2028script>",
}

// tag matches what a browser may take for a tag.
var tag = regexp.MustCompile(`<[!/A-Za-z][^>]*>?`)

// TestHTMLAttacks puts each attack into every text of a stream and looks at the
// tags of the page: they must be the ones of a harmless stream.
func TestHTMLAttacks(t *testing.T) {
	tags := func(text string) []string {
		var out bytes.Buffer
		if err := html.Write(&out, slices.Values(everywhere(text)), html.Options{Title: text}); err != nil {
			t.Fatal(err)
		}
		return tag.FindAllString(out.String(), -1)
	}
	want := tags("harmless")
	for _, attack := range attacks {
		if got := tags(attack); !slices.Equal(got, want) {
			i := 0
			for i < min(len(got), len(want)) && got[i] == want[i] {
				i++
			}
			t.Errorf("%q changes the page's tags, from number %d of %d on: %.3q", attack, i, len(want), got[i:])
		}
	}
}

// everywhere returns a stream with text in every text.
func everywhere(text string) []unleak.Message {
	frame := unleak.Frame{Func: text, File: text, Line: 1, Text: text}
	finding := &unleak.Finding{
		Key: text, Cause: unleak.Cause(text), Grade: unleak.Grade(text), Count: 1, Wait: unleak.Wait(text),
		Blocked: frame, Own: &frame, Entry: frame, Created: &frame, Stack: []unleak.Frame{frame},
		Evidence: []unleak.Evidence{
			{Source: unleak.SourceTest, How: unleak.How(text), Grade: unleak.Grade(text), Count: 1, Package: text, Test: text, Worker: text, Note: text},
			{Source: unleak.SourceTest, Package: text, Note: text},
			{Source: unleak.SourceFleet, Instance: text, Version: text},
		},
		Explanation: text,
		Fixes:       []unleak.Fix{{Title: text, Edits: []unleak.Edit{{File: text, Line: 1, End: 1, New: text}}}},
	}
	return []unleak.Message{
		{Config: &unleak.Config{Tool: text, Version: text, Command: text, Go: text, Module: text, NoProof: text}},
		{Finding: finding},
		{Loss: &unleak.Loss{Kind: text, Package: text, Message: text}},
		{Summary: &unleak.Summary{Suspect: 1, Goroutines: 1}},
	}
}

// TestHTMLPolicy: the policy allows the page's own style and script and nothing
// else, and the page names nothing that would be loaded.
func TestHTMLPolicy(t *testing.T) {
	var out bytes.Buffer
	if err := html.Write(&out, stream(t, "findings"), html.Options{}); err != nil {
		t.Fatal(err)
	}
	page := out.String()
	policy := stdhtml.UnescapeString(between(t, page, `Content-Security-Policy" content="`, `"`))
	want := fmt.Sprintf("default-src 'none'; style-src %s; script-src %s; base-uri 'none'; form-action 'none'",
		hash(between(t, page, "<style>", "</style>")), hash(between(t, page, "<script>", "</script>")))
	if policy != want {
		t.Errorf("policy\n%s\nwant\n%s", policy, want)
	}
	for _, loading := range []string{"src=", "href=", "url(", "@import", "http://", "https://", "style="} {
		if strings.Contains(page, loading) {
			t.Errorf("the page contains %s", loading)
		}
	}
}

func hash(source string) string {
	sum := sha256.Sum256([]byte(source))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

func between(t *testing.T, s, before, after string) string {
	t.Helper()
	_, s, ok1 := strings.Cut(s, before)
	s, _, ok2 := strings.Cut(s, after)
	if !ok1 || !ok2 {
		t.Fatalf("nothing between %q and %q", before, after)
	}
	return s
}
