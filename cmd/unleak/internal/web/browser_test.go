// SPDX-License-Identifier: MIT

//go:build browser

package web

import (
	"encoding/json"
	"flag"
	"fmt"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/report/html"
	"github.com/unleak/unleak/internal/report/jsonstream"
	"github.com/unleak/unleak/internal/report/reporttest"
)

var picture = flag.String("picture", "", "write a picture of a process's page to this `file`")

// TestBrowser drives pages in a browser. It is a step of its own (make browser),
// for it needs Chromium and Node.js with what testdata/browser/package.json names.
// testdata/browser/pages.mjs has the checks.
func TestBrowser(t *testing.T) {
	const folder = "testdata/browser"
	chromium, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatalf("%v: install it, on Debian with apt-get install chromium", err)
	}
	if _, err := os.Stat(filepath.Join(folder, "node_modules", "playwright-core")); err != nil {
		t.Fatalf("%v: run npm ci in cmd/unleak/internal/web/%s, as make browser does", err, folder)
	}
	dir := t.TempDir()
	service := reporttest.Service(300)
	writePage(t, dir, "service", service)
	writePage(t, dir, "small", reporttest.Service(8))
	writePage(t, dir, "large", reporttest.Service(5000))
	writePage(t, dir, "test", read(t, "../../../../internal/report/testdata/findings.jsonl"))
	writePage(t, dir, "clean", read(t, "../../../../internal/report/testdata/clean.jsonl"))
	writePage(t, dir, "bare", []unleak.Message{{Group: &unleak.Group{Count: 3}}})
	attacks := reporttest.Attacks()
	for i, attack := range attacks {
		writePage(t, dir, fmt.Sprintf("hostile%d", i), reporttest.Everywhere(attack))
	}
	url, _ := serve(t, twice(service), Options{Live: true})
	facts, err := json.Marshal(map[string]any{
		"dir": dir, "chromium": chromium, "live": url + "/", "hostile": len(attacks), "picture": *picture, "service": tell(service, nil),
		"zoomed": tell(service, []string{"net/http.(*conn).serve", "net/http.serverHandler.ServeHTTP"}),
	})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", "pages.mjs", string(facts))
	cmd.Dir = folder
	out, err := cmd.CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Fatalf("node pages.mjs: %v (Node.js 20 or later, on Debian: apt-get install nodejs npm)", err)
	}
}

func writePage(t *testing.T, dir, name string, messages []unleak.Message) {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, name+".html"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := html.Write(f, slices.Values(messages), html.Options{}); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, file string) (messages []unleak.Message) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for m, err := range jsonstream.Read(f) {
		if err != nil {
			t.Fatal(err)
		}
		messages = append(messages, m)
	}
	return messages
}

// twice is a source with a second look some seconds after the first was taken.
func twice(messages []unleak.Message) Source {
	first := sync.OnceValue(time.Now)
	return func() (int, iter.Seq[unleak.Message]) {
		if time.Since(first()) < 10*time.Second {
			return 1, slices.Values(messages)
		}
		return 2, slices.Values(messages)
	}
}

// A told is what a page must show of the goroutines whose stacks begin with a path
// of functions, the entry first.
type told struct {
	Cells      int      `json:"cells"`
	Groups     int      `json:"groups"`
	Goroutines int      `json:"goroutines"`
	Counts     []int    `json:"counts"` // of the groups, the largest first
	Path       []string `json:"path"`
}

// tell counts what the icicle must have: a cell for each way from an entry, if it is
// a thousandth of the width or more, one for all, and those of the path.
func tell(messages []unleak.Message, path []string) told {
	result := told{Path: path}
	counts := make(map[string]int)
	for _, m := range messages {
		if m.Group == nil {
			continue
		}
		var way []string
		for _, f := range slices.Backward(m.Group.Stack) {
			way = append(way, f.Func)
		}
		if len(way) < len(path) || !slices.Equal(way[:len(path)], path) {
			continue
		}
		result.Groups++
		result.Goroutines += m.Group.Count
		result.Counts = append(result.Counts, m.Group.Count)
		for i := len(path); i <= len(way); i++ {
			counts[strings.Join(way[:i], "\n")] += m.Group.Count
		}
	}
	slices.SortFunc(result.Counts, func(a, b int) int { return b - a })
	for _, n := range counts {
		if float64(n) >= 0.001*float64(result.Goroutines) {
			result.Cells++
		}
	}
	result.Cells += len(path)
	return result
}
