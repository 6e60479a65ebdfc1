// SPDX-License-Identifier: MIT

// Corpus makes the files in internal/dump/corpus anew: it builds the programs
// beneath with each release of Go, runs them, and keeps what they dump and what
// they know. It takes two minutes, for the sake of goroutines that wait for one.
//
//	go run ./bench/corpus
//
// It needs Linux on amd64 and a C compiler, and downloads the releases of Go that
// are not installed.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "corpus:", err)
		os.Exit(1)
	}
}

// run makes all files in a temporary folder first, so that a failure leaves those
// of the checkout as they were.
func run(ctx context.Context) error {
	root, err := checkout(ctx)
	if err != nil {
		return err
	}
	temp, err := os.MkdirTemp("", "corpus")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	made := filepath.Join(temp, "made")

	var work sync.WaitGroup
	errs := make([]error, len(releases))
	for i, r := range releases {
		b := &builder{release: r, bench: filepath.Join(root, "bench"), temp: filepath.Join(temp, r.folder), made: filepath.Join(made, r.folder)}
		work.Go(func() { errs[i] = b.run(ctx) })
	}
	work.Wait()
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if err := paste(made); err != nil {
		return err
	}
	if err := checkPrivate(made, root, temp); err != nil {
		return err
	}
	return replace(filepath.Join(root, "internal", "dump", "corpus"), made)
}

// checkout returns the folder of the root module.
func checkout(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/unleak/unleak").Output()
	if err != nil {
		return "", fmt.Errorf("go list: %w; run it in a checkout", err)
	}
	return strings.TrimSpace(string(out)), nil
}

// replace puts the folders that were made in the place of those in the corpus.
func replace(corpus, made string) error {
	old, err := filepath.Glob(filepath.Join(corpus, "go1.*"))
	if err != nil {
		return err
	}
	for _, folder := range append(old, filepath.Join(corpus, "pasted")) {
		if err := os.RemoveAll(folder); err != nil {
			return err
		}
	}
	return os.CopyFS(corpus, os.DirFS(made))
}
