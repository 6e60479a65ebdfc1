// SPDX-License-Identifier: MIT

package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// A release is one of Go.
type release struct {
	folder     string
	version    string
	experiment string
	// old says that it can build the program in the folder old alone.
	old bool
}

var releases = []release{
	{folder: "go1.18", version: "1.18.10", old: true},
	{folder: "go1.20", version: "1.20.14", old: true},
	{folder: "go1.21", version: "1.21.13", old: true},
	{folder: "go1.22", version: "1.22.5", old: true},
	{folder: "go1.24", version: "1.24.4", old: true, experiment: "synctest"},
	{folder: "go1.25", version: "1.25.1", old: true},
	{folder: "go1.26", version: "1.26.8", experiment: "goroutineleakprofile"},
	{folder: "go1.27", version: "1.27.4"},
}

// A scene is one run of the program in the folder subject.
type scene struct {
	name  string
	env   []string
	build string // "", "race" or "cgo"
	quit  bool   // it ends by SIGQUIT
}

var scenes = []scene{
	{name: "minutes"},
	{name: "waits"},
	{name: "labels", env: []string{"GODEBUG=tracebacklabels=1"}}, // the default of Go 1.27
	{name: "leaked"},
	{name: "bubble"},
	{name: "ancestors", env: []string{"GODEBUG=tracebackancestors=5"}},
	{name: "quit", env: []string{"GOTRACEBACK=all"}, quit: true},
	{name: "system", env: []string{"GOTRACEBACK=system"}, quit: true},
	{name: "panic", env: []string{"GOTRACEBACK=all", "GODEBUG=asyncpreemptoff=1"}},
	{name: "throw", env: []string{"GOTRACEBACK=all"}},
	{name: "deadlock"},
	{name: "timeout"},
	{name: "race", build: "race"},
	{name: "cgo", build: "cgo"},
	{name: "cgotrace", build: "cgo"},
}

// A builder builds and runs with one release.
type builder struct {
	release
	bench, temp, made string
}

func (b *builder) run(ctx context.Context) error {
	for _, folder := range []string{b.temp, b.made} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
	}
	if b.old {
		return b.runOld(ctx)
	}
	for _, build := range []string{"", "race", "cgo"} {
		if err := b.buildSubject(ctx, build); err != nil {
			return err
		}
	}
	slow := make(chan error, 1)
	go func() { slow <- b.play(ctx, scenes[0]) }()
	var errs []error
	for _, s := range scenes[1:] {
		errs = append(errs, b.play(ctx, s))
	}
	return errors.Join(append(errs, <-slow)...)
}

// runOld builds a copy: a release does not build in a module that asks for a later
// one.
func (b *builder) runOld(ctx context.Context) error {
	if err := os.CopyFS(b.temp, os.DirFS(filepath.Join(b.bench, "corpus", "old"))); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(b.temp, "go.mod"), []byte("module old\n\ngo 1.18\n"), 0o644); err != nil {
		return err
	}
	if err := b.goBuild(ctx, b.temp, "old", ".", "CGO_ENABLED=0", "GOWORK=off", "GO111MODULE=on"); err != nil {
		return err
	}
	// Bubbles need today's timers, which go 1.18 in a go.mod switches off.
	cmd := b.command(ctx, "old", []string{"GODEBUG=asynctimerchan=0"}, b.made)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: old: %w\n%s", b.version, err, out)
	}
	return b.clean("old", "old")
}

func (b *builder) buildSubject(ctx context.Context, build string) error {
	cgo := "CGO_ENABLED=1"
	var flags []string
	switch build {
	case "":
		cgo = "CGO_ENABLED=0"
	case "race":
		flags = []string{"-race"}
	}
	return b.goBuild(ctx, b.bench, "subject"+build, "./corpus/subject", cgo, flags...)
}

func (b *builder) goBuild(ctx context.Context, dir, program, pkg, cgo string, rest ...string) error {
	args := []string{"build", "-trimpath", "-o", filepath.Join(b.temp, "bin", program)}
	cmd := exec.CommandContext(ctx, "go")
	cmd.Env = append(os.Environ(), "GOTOOLCHAIN=go"+b.version, "GOEXPERIMENT="+b.experiment, "GOFLAGS=", cgo)
	for _, r := range rest {
		if strings.HasPrefix(r, "-") {
			args = append(args, r)
		} else {
			cmd.Env = append(cmd.Env, r)
		}
	}
	cmd.Args = append(append(cmd.Args, args...), pkg)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %s: %w\n%s", b.version, cmd, err, out)
	}
	return nil
}

func (b *builder) command(ctx context.Context, program string, env []string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(b.temp, "bin", program), args...)
	cmd.Env = append(env, "GOMAXPROCS=2")
	return cmd
}

// play runs a scene and keeps what it printed while it died.
func (b *builder) play(ctx context.Context, s scene) error {
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	cmd := b.command(ctx, "subject"+s.build, s.env, s.name, b.made)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	line, _ := bufio.NewReader(stdout).ReadString('\n')
	if s.quit && line == "ready\n" {
		time.Sleep(300 * time.Millisecond)
		if err := cmd.Process.Signal(syscall.SIGQUIT); err != nil {
			return err
		}
	}
	if err := cmd.Wait(); ctx.Err() != nil || err != nil && stderr.Len() == 0 {
		return fmt.Errorf("%s: %s: %w", b.version, s.name, errors.Join(err, ctx.Err()))
	}
	if stderr.Len() > 0 {
		if err := os.WriteFile(filepath.Join(b.made, s.name+".crash.txt"), stderr.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return b.clean(s.name, "subject"+s.build)
}

// clean takes the program's path, which is the machine's, out of the profiles of a
// scene: a profile lists what is mapped into the process.
func (b *builder) clean(scene, program string) error {
	names, err := filepath.Glob(filepath.Join(b.made, scene+".*pb.gz"))
	if err != nil {
		return err
	}
	exe := []byte(filepath.Join(b.temp, "bin", program))
	// As long, since the format counts bytes before a string.
	neutral := append([]byte("/srv/"), bytes.Repeat([]byte("x"), len(exe)-len("/srv/"))...)
	for _, name := range names {
		packed, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		zr, err := gzip.NewReader(bytes.NewReader(packed))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		plain, err := io.ReadAll(zr)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		var out bytes.Buffer
		zw := gzip.NewWriter(&out)
		if _, err := zw.Write(bytes.ReplaceAll(plain, exe, neutral)); err != nil {
			return err
		}
		if err := zw.Close(); err != nil {
			return err
		}
		if err := os.WriteFile(name, out.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return nil
}
