// SPDX-License-Identifier: MIT

package report_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	stdhtml "html"
	"io"
	"iter"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/report/html"
	"github.com/unleak/unleak/internal/report/reporttest"
)

// page writes a page.
func page(t *testing.T, messages []unleak.Message, opts html.Options) string {
	t.Helper()
	var out bytes.Buffer
	if err := html.Write(&out, slices.Values(messages), opts); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// bare leaves a page's styles and scripts out of its golden file, and the policy that
// has their digests: they are the same for all streams.
func bare(write reporter) reporter {
	return func(w io.Writer, messages iter.Seq[unleak.Message]) error {
		var page bytes.Buffer
		if err := write(&page, messages); err != nil {
			return err
		}
		_, err := w.Write(embedded.ReplaceAll(page.Bytes(), []byte("$1…$2")))
		return err
	}
}

var embedded = regexp.MustCompile(`(?s)(<style>|<script>|Content-Security-Policy" content=").*?(</style>|</script>|">)`)

// tag matches what a browser may take for a tag.
var tag = regexp.MustCompile(`<[!/A-Za-z][^>]*>?`)

// TestHTMLAttacks puts each attack into every text of a stream and looks at the
// tags of the page: they must be the ones of a harmless stream.
func TestHTMLAttacks(t *testing.T) {
	tags := func(text string) []string {
		return tag.FindAllString(page(t, reporttest.Everywhere(text), html.Options{Title: text}), -1)
	}
	want := tags("harmless")
	for _, attack := range reporttest.Attacks() {
		if got := tags(attack); !slices.Equal(got, want) {
			i := 0
			for i < min(len(got), len(want)) && got[i] == want[i] {
				i++
			}
			t.Errorf("%q changes the page's tags, from number %d of %d on: %.3q", attack, i, len(want), got[i:])
		}
	}
}

// TestHTMLPolicy: the policy allows the package's own styles and scripts, of which
// a page has some, and nothing else; and no page names anything that would be
// loaded.
func TestHTMLPolicy(t *testing.T) {
	service := reporttest.Service(20)
	whole := page(t, service, html.Options{Look: "1"})
	styles, scripts := parts(whole, "<style>"), parts(whole, "<script>")
	if len(styles) != 2 || len(scripts) != 3 {
		t.Fatalf("%d styles and %d scripts, want 2 and 3", len(styles), len(scripts))
	}
	still := fmt.Sprintf("default-src 'none'; style-src %s %s; script-src %s %s%%s; base-uri 'none'; form-action 'none'; "+
		"require-trusted-types-for 'script'; trusted-types 'none'%%s", hash(styles[0]), hash(styles[1]), hash(scripts[0]), hash(scripts[1]))
	for _, test := range []struct {
		name, page, policy string
		styles, scripts    int
	}{
		{"live", whole, fmt.Sprintf(still, " "+hash(scripts[2]), "; connect-src 'self'"), 2, 3},
		{"a file", page(t, service, html.Options{}), fmt.Sprintf(still, "", ""), 2, 2},
		{"a test run", page(t, slices.Collect(stream(t, "findings")), html.Options{}), fmt.Sprintf(still, "", ""), 1, 1},
	} {
		policy := stdhtml.UnescapeString(between(t, test.page, `Content-Security-Policy" content="`, `"`))
		if policy != test.policy {
			t.Errorf("%s: policy\n%s\nwant\n%s", test.name, policy, test.policy)
		}
		for _, p := range []struct {
			tag         string
			want, known []string
		}{{"<style>", styles[:test.styles], nil}, {"<script>", scripts[:test.scripts], nil}} {
			if got := parts(test.page, p.tag); !slices.Equal(got, p.want) {
				t.Errorf("%s: %d parts of %s, want the first %d", test.name, len(got), p.tag, len(p.want))
			}
		}
		// The page's data hold the addresses of what was looked at; data load nothing.
		text := strings.ReplaceAll(test.page, "http://shop-7f9c:6060", "")
		for _, loading := range []string{"src=", "url(", "@import", "http://", "https://", "style=", "innerHTML", "eval("} {
			if strings.Contains(text, loading) {
				t.Errorf("%s: the page contains %s", test.name, loading)
			}
		}
		for _, link := range regexp.MustCompile(`href="[^"]*"`).FindAllString(text, -1) {
			if !strings.HasPrefix(link, `href="#`) {
				t.Errorf("%s: %s leads out of the page", test.name, link)
			}
		}
	}
}

// parts returns the texts of a page's elements, of which none is in another.
func parts(page, tag string) (all []string) {
	end := strings.Replace(tag, "<", "</", 1)
	for {
		_, rest, ok := strings.Cut(page, tag)
		if !ok {
			return all
		}
		text, rest, _ := strings.Cut(rest, end)
		all, page = append(all, text), rest
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

// pageData is what of a page's data tests read back.
type pageData struct {
	Packages, Functions, Files []any
	Folders                    []string
	Frames, Nodes              []int
	Waits                      []string
	Groups                     []struct {
		Count, Wait, Leaf, Elided int
		Labels                    []struct {
			Values []any
			Rest   int
		}
	}
	Rest struct{ Groups, Count int }
}

func dataOf(t *testing.T, page string) (d pageData) {
	t.Helper()
	if err := json.Unmarshal([]byte(between(t, page, `id="data">`, "</script>")), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// stack puts together the frames of the group that has so many.
func (d pageData) stack(leaf int) (frames []unleak.Frame) {
	for node := leaf; node >= 0; node = d.Nodes[2*node] {
		at := d.Nodes[2*node+1] * 3
		var f unleak.Frame
		if fn := d.Frames[at] * 2; fn >= 0 {
			pkg := int(d.Functions[fn].(float64)) * 3
			f.Func = d.Packages[pkg].(string) + d.Functions[fn+1].(string)
		}
		if file := d.Frames[at+1] * 2; file >= 0 {
			f.File = d.Folders[int(d.Files[file].(float64))] + d.Files[file+1].(string)
		}
		f.Line = d.Frames[at+2]
		frames = append(frames, f)
	}
	return frames
}

// TestHTMLGroups reads the groups back from the page.
func TestHTMLGroups(t *testing.T) {
	messages := reporttest.Service(120)
	odd := []unleak.Frame{
		{Func: "C.f"}, {Func: "nodot", File: "a.c"}, {Func: "m/v2.Map[go.shape.struct { a/b.T }].Get", File: `C:\src\m.go`, Line: 3},
		{Func: "gopkg.in/yaml%2ev3.f", File: "x/y.go"},
	}
	messages = append(messages, unleak.Message{Group: &unleak.Group{Count: 1, Wait: "select", Stack: odd}}, unleak.Message{Group: &unleak.Group{Count: 2}})
	d := dataOf(t, page(t, messages, html.Options{}))
	i := 0
	for _, m := range messages {
		if m.Group == nil {
			continue
		}
		if i == len(d.Groups) {
			t.Fatalf("%d groups in the page, want more", i)
		}
		got, want := d.Groups[i], *m.Group
		if got.Count != want.Count || d.Waits[got.Wait] != string(want.Wait) || !slices.Equal(d.stack(got.Leaf), want.Stack) {
			t.Errorf("group %d: got %d %q\n%v\nwant %d %q\n%v", i, got.Count, d.Waits[got.Wait], d.stack(got.Leaf), want.Count, want.Wait, want.Stack)
		}
		i++
	}
	if i != len(d.Groups) || d.Rest.Groups != 0 {
		t.Errorf("%d groups in the page and %d left out, want %d and 0", len(d.Groups), d.Rest.Groups, i)
	}
}

// TestHTMLNothingKnown: of a group that says nothing, no list is missing in the data.
func TestHTMLNothingKnown(t *testing.T) {
	text := page(t, []unleak.Message{{Group: &unleak.Group{Count: 1}}}, html.Options{})
	if data := between(t, text, `id="data">`, "</script>"); strings.Contains(data, "null") {
		t.Errorf("the page's data have a null:\n%s", data)
	}
}

// distinct returns groups of which no two frames have anything in common but their
// packages, the larger ones last.
func distinct(groups, frames int) (all []unleak.Message) {
	for i := range groups {
		g := unleak.Group{Count: i + 1, Wait: unleak.WaitSelect}
		for j := range frames {
			n := i*frames + j
			folder := fmt.Sprintf("example.com/a/rather/long/path/of/folders/pkg%d", n%90)
			g.Stack = append(g.Stack, unleak.Frame{
				Func: fmt.Sprintf("%s.(*Handler).serve%d", folder, n), File: fmt.Sprintf("/root/go/pkg/mod/%s@v1.2.3/file%d.go", folder, n), Line: 100 + j,
			})
		}
		all = append(all, unleak.Message{Group: &g})
	}
	return all
}

// TestHTMLSize holds the page's size whatever the dump's: all of 300 groups in which
// no frame is twice, a hundred of them findings; and of a great many the largest.
func TestHTMLSize(t *testing.T) {
	const most = 1 << 20
	messages := distinct(300, 25)
	for i, m := range slices.Clone(messages) {
		m.Group.Key = fmt.Sprint(i)
		if i%3 != 0 {
			continue
		}
		messages = append(messages, unleak.Message{Finding: &unleak.Finding{
			Key: m.Group.Key, Cause: unleak.Causes()[i%5].Cause, Grade: unleak.Suspect, Count: i, Wait: m.Group.Wait,
			Blocked: m.Group.Stack[0], Entry: m.Group.Stack[24], Stack: m.Group.Stack, Created: &m.Group.Stack[3],
			Explanation: strings.Repeat("Nothing sends any more. ", 5), Impact: &unleak.Impact{Share: 0.1},
		}})
	}
	text := page(t, messages, html.Options{})
	if d := dataOf(t, text); len(d.Groups) != 300 || d.Rest.Groups != 0 {
		t.Errorf("%d of 300 groups in the page", len(d.Groups))
	}
	if len(text) > most {
		t.Errorf("300 groups make a page of %d bytes, want at most %d", len(text), most)
	}

	const n = 2000
	text = page(t, distinct(n, 60), html.Options{})
	d := dataOf(t, text)
	if len(text) > most || len(d.Groups) < 100 {
		t.Errorf("%d groups make a page of %d bytes with %d groups, want at most %d bytes, at least 100 groups", n, len(text), len(d.Groups), most)
	}
	count := d.Rest.Count
	for _, g := range d.Groups {
		count += g.Count
		if g.Count <= n-len(d.Groups) {
			t.Errorf("a group of %d is in the page, and a larger one is not", g.Count)
		}
	}
	if want := n * (n + 1) / 2; count != want || len(d.Groups)+d.Rest.Groups != n {
		t.Errorf("%d groups in the page and %d not, with %d goroutines; want %d groups with %d", len(d.Groups), d.Rest.Groups, count, n, want)
	}
	if !strings.Contains(text, "The page shows the largest groups only") {
		t.Error("the page does not say that groups are missing")
	}
}

// TestHTMLBounds: one group cannot fill the page either.
func TestHTMLBounds(t *testing.T) {
	g := unleak.Group{Count: 1, Labels: make(map[string][]unleak.ValueCount)}
	for i := range 100_000 {
		g.Stack = append(g.Stack, unleak.Frame{Func: "m.recurse", File: "m.go", Line: i})
	}
	g.Stack[0].Func = strings.Repeat("界", 1<<20)
	for i := range 1000 {
		g.Labels["id"] = append(g.Labels["id"], unleak.ValueCount{Value: fmt.Sprint(i), Count: 1})
		g.Labels[fmt.Sprintf("label%d", i)] = []unleak.ValueCount{{Value: strings.Repeat("x", 1000), Count: 1}}
	}
	text := page(t, []unleak.Message{{Group: &g}}, html.Options{})
	if most := 128 << 10; len(text) > most {
		t.Errorf("one group makes a page of %d bytes, want at most %d", len(text), most)
	}
	one := dataOf(t, text).Groups[0]
	frames := len(dataOf(t, text).stack(one.Leaf))
	if frames+one.Elided != len(g.Stack) {
		t.Errorf("%d frames in the page and %d left out, want %d", frames, one.Elided, len(g.Stack))
	}
	id := one.Labels[0]
	if len(id.Values)/2+id.Rest != 1000 {
		t.Errorf("%d values in the page and %d left out, want 1000", len(id.Values)/2, id.Rest)
	}
	if last := one.Labels[len(one.Labels)-1]; len(one.Labels)-1+last.Rest != len(g.Labels) {
		t.Errorf("%d labels in the page and %d left out, want %d", len(one.Labels)-1, last.Rest, len(g.Labels))
	}
}
