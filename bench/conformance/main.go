// SPDX-License-Identifier: MIT

// Conformance reads the files of internal/dump/corpus with this project's reader and
// with others, compares what they make of them with what is known, and writes the
// table into docs/formats.md.
//
//	go run ./bench/conformance
package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	name, err := document(ctx)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	table, err := makeTable(ctx)
	if err != nil {
		return err
	}
	text, err = insert(text, table)
	if err != nil {
		return err
	}
	return os.WriteFile(name, text, 0o644)
}

// document returns the name of the file that has the table.
func document(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/unleak/unleak").Output()
	if err != nil {
		return "", fmt.Errorf("go list: %w; run it in a checkout", err)
	}
	return filepath.Join(strings.TrimSpace(string(out)), "docs", "formats.md"), nil
}

const (
	begin = "<!-- The table is written by: go run ./bench/conformance -->\n"
	end   = "<!-- end of the table -->\n"
)

// insert puts the table between the two marks.
func insert(text []byte, table string) ([]byte, error) {
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		return nil, fmt.Errorf("the document lacks the line %q or %q", begin, end)
	}
	return []byte(before + begin + table + end + after), nil
}
