// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/unleak/unleak"
)

const goleakModule = "go.uber.org/goleak@v1.3.0"

// goleakFiles make a program of goleak's parser, which is internal to its module.
// They are put into a copy of that.
var goleakFiles = map[string]string{
	"internal/stack/conformance.go": `package stack

import "io"

func Parse(r io.Reader) ([]Stack, error) { return newStackParser(r).Parse() }
`,
	"cmd/conformance/main.go": `package main

import (
	"encoding/json"
	"fmt"
	"os"

	"go.uber.org/goleak/internal/stack"
)

type goroutine struct {
	ID    int
	State string
}

func main() {
	stacks, err := stack.Parse(os.Stdin)
	all := []goroutine{}
	for _, s := range stacks {
		all = append(all, goroutine{s.ID(), s.State()})
	}
	if err := json.NewEncoder(os.Stdout).Encode(all); err != nil {
		panic(err)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
`,
}

// buildGoleak builds the program in the folder.
func buildGoleak(ctx context.Context, folder string) (tool, error) {
	out, err := exec.CommandContext(ctx, "go", "mod", "download", "-json", goleakModule).Output()
	if err != nil {
		return tool{}, fmt.Errorf("go mod download %s: %w\n%s", goleakModule, err, out)
	}
	var module struct{ Dir string }
	if err := json.Unmarshal(out, &module); err != nil {
		return tool{}, fmt.Errorf("go mod download %s: %w", goleakModule, err)
	}
	copied := filepath.Join(folder, "goleak")
	if err := os.CopyFS(copied, os.DirFS(module.Dir)); err != nil {
		return tool{}, err
	}
	for name, text := range goleakFiles {
		name = filepath.Join(copied, filepath.FromSlash(name))
		// The module cache's folders are read-only, and so are copies of them.
		for _, dir := range []string{filepath.Dir(filepath.Dir(name)), filepath.Dir(name)} {
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return tool{}, err
			}
			if err := os.Chmod(dir, 0o755); err != nil {
				return tool{}, err
			}
		}
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			return tool{}, err
		}
	}
	program := filepath.Join(folder, "goleakparse")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/conformance")
	cmd.Dir = copied
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=mod")
	if out, err := cmd.CombinedOutput(); err != nil {
		return tool{}, fmt.Errorf("%s: %w\n%s", cmd, err, out)
	}
	return tool{
		name:  "goleak v1.3.0",
		lacks: lacksAllBut("number", "wait"),
		read: func(ctx context.Context, text []byte) ([]unleak.Goroutine, error) {
			return readGoleak(ctx, program, text)
		},
	}, nil
}

func readGoleak(ctx context.Context, program string, text []byte) ([]unleak.Goroutine, error) {
	cmd := exec.CommandContext(ctx, program)
	cmd.Stdin = bytes.NewReader(text)
	out, failed := cmd.Output()
	var found []goleakGoroutine
	if err := json.Unmarshal(out, &found); err != nil {
		return nil, fmt.Errorf("goleak's parser: %w", err)
	}
	var all []unleak.Goroutine
	for _, f := range found {
		state, _, _ := strings.Cut(f.State, ", ") // it keeps the whole bracket
		all = append(all, goroutine(f.ID, state, 0, false))
	}
	return all, failed
}
