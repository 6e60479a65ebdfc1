// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/unleak/unleak/cmd/unleak/internal/cli"
)

// A session is one command of a document's console block, and what the document
// says that it prints; "..." stands for any lines.
type session struct {
	file, command, output string
}

// sessions reads the console blocks of a document.
func sessions(t *testing.T, file string) []session {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var list []session
	for _, block := range regexp.MustCompile("(?ms)^```console\n(.*?)^```").FindAllStringSubmatch(string(data), -1) {
		for _, part := range strings.Split("\n"+block[1], "\n$ ")[1:] {
			command, output, _ := strings.Cut(part, "\n")
			list = append(list, session{file, command, output})
		}
	}
	return list
}

// duration is what go test prints of a package's time.
var duration = regexp.MustCompile(`\t\d+\.\d+s`)

// TestDocuments runs every "$ unleak ..." of the documents and compares what it
// prints with what stands there.
func TestDocuments(t *testing.T) {
	t.Chdir(filepath.Join("..", ".."))
	files, err := filepath.Glob("docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	ran := make(map[string]bool)
	for _, file := range append(files, "README.md", "README.zh-CN.md") {
		for _, s := range sessions(t, file) {
			args, ok := strings.CutPrefix(s.command, "unleak ")
			if !ok || ran[s.command+s.output] {
				continue
			}
			ran[s.command+s.output] = true
			s.run(t, strings.Fields(args))
		}
	}
	if len(ran) == 0 {
		t.Error("the documents show no command")
	}
}

func (s session) run(t *testing.T, args []string) {
	t.Helper()
	var out, stderr bytes.Buffer
	var code int
	if args[0] == "vet" { // as a program, since go vet calls it again
		cmd := exec.CommandContext(t.Context(), "unleak", args...)
		cmd.Stdout, cmd.Stderr = &out, &stderr
		cmd.Run()
		code = cmd.ProcessState.ExitCode()
	} else {
		code = cli.Run(context.Background(), args, strings.NewReader(""), &out, &stderr, os.Environ())
	}
	if code != 0 && code != 3 || stderr.Len() > 0 {
		t.Errorf("%s: %s: exit code %d\n%s%s", s.file, s.command, code, out.String(), stderr.String())
		return
	}
	want := duration.ReplaceAllString(strings.TrimSpace(s.output), "\tTIME")
	got := duration.ReplaceAllString(strings.TrimSpace(out.String()), "\tTIME")
	pattern := strings.ReplaceAll(regexp.QuoteMeta(want), `\.\.\.`, `(?s:.*)`)
	if !regexp.MustCompile("^" + pattern + "$").MatchString(got) {
		t.Errorf("%s: %s prints\n%s\nand not\n%s", s.file, s.command, got, want)
	}
}

// TestREADMEs holds the two READMEs against each other: the same commands, code,
// tables' sizes and links, in the same order.
func TestREADMEs(t *testing.T) {
	english, chinese := skeleton(t, "README.md"), skeleton(t, "README.zh-CN.md")
	if !slices.Equal(english, chinese) {
		for i := range min(len(english), len(chinese)) {
			if english[i] != chinese[i] {
				t.Fatalf("the READMEs differ from item %d on: %q and %q", i, english[i], chinese[i])
			}
		}
		t.Fatalf("README.md has %d items and README.zh-CN.md %d", len(english), len(chinese))
	}
}

// skeleton lists what a translation must keep: headings' levels, code and links.
func skeleton(t *testing.T, name string) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", name))
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	code := false
	for line := range strings.Lines(string(data)) {
		line = strings.TrimRight(line, "\n")
		switch {
		case strings.HasPrefix(line, "```"):
			code = !code
			list = append(list, line)
		case code:
			list = append(list, line)
		case strings.HasPrefix(line, "    "):
			command, _, _ := strings.Cut(line, "#") // comments are translated
			list = append(list, strings.TrimSpace(command))
		case strings.HasPrefix(line, "#"):
			list = append(list, line[:strings.IndexByte(line, ' ')])
		case strings.HasPrefix(line, "| "):
			list = append(list, "row")
		}
	}
	for _, link := range regexp.MustCompile(`\]\(([^)]+)\)`).FindAllStringSubmatch(string(data), -1) {
		if !strings.HasPrefix(link[1], "README") {
			list = append(list, link[1])
		}
	}
	return list
}
