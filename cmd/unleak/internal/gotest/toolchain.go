// SPDX-License-Identifier: MIT

package gotest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"go/version"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/unleak/unleak/cmd/unleak/internal/checkout"
	"github.com/unleak/unleak/cmd/unleak/internal/hook"
)

// A toolchain is the go command that the target folder selects, and its
// environment.
type toolchain struct {
	command  string   // the go command
	env      []string // what must stand in its environment beside the user's
	dir      string
	realRoot string       // GOROOT, before any link to it
	replaced hook.Replace // the user's own overlay

	GOROOT, GOVERSION, GOEXPERIMENT, GOMODCACHE, GOFLAGS, GOMOD, GOWORK string
}

// A GoError is a go command that could not be run or said no.
type GoError struct {
	Args   []string
	Stderr string
	Err    error
}

func (e *GoError) Error() string {
	if errors.Is(e.Err, exec.ErrNotFound) {
		return "the go command is not in PATH: install Go (https://go.dev/doc/install) or add its bin folder to PATH"
	}
	msg := strings.TrimSpace(e.Stderr)
	if msg == "" {
		msg = e.Err.Error()
	}
	return fmt.Sprintf("go %s: %s", strings.Join(e.Args, " "), msg)
}

func (e *GoError) Unwrap() error { return e.Err }

// findToolchain asks the go command, in dir, which toolchain it is.
func findToolchain(ctx context.Context, env []string, dir string) (*toolchain, error) {
	t := &toolchain{command: "go", dir: dir}
	out, err := t.output(ctx, env, "env", "-json", "GOROOT", "GOVERSION", "GOEXPERIMENT", "GOMODCACHE", "GOFLAGS", "GOMOD", "GOWORK")
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(out, t); err != nil {
		return nil, fmt.Errorf("go env: %w", err)
	}
	t.realRoot = t.GOROOT
	if err := t.leaveModuleCache(); err != nil {
		return nil, err
	}
	return t, nil
}

// output runs a go command to its end.
func (t *toolchain) output(ctx context.Context, env []string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, t.command, args...)
	cmd.Dir = t.dir
	cmd.Env = append(env[:len(env):len(env)], t.env...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return nil, &GoError{args, stderr.String(), err}
	}
	return stdout.Bytes(), nil
}

// leaveModuleCache makes an overlay possible on a toolchain that GOTOOLCHAIN
// downloaded. Those lie in the module cache, and the go command refuses to
// replace files there (cmd/go/internal/fsys, checkOverlay); through a symbolic
// link from elsewhere the same files have paths that it accepts.
func (t *toolchain) leaveModuleCache() error {
	if t.GOMODCACHE == "" || !strings.HasPrefix(t.GOROOT, t.GOMODCACHE+string(filepath.Separator)) {
		return nil
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return fmt.Errorf("no cache folder for a link to the toolchain: %w", err)
	}
	sum := sha256.Sum256([]byte(t.GOROOT))
	link := filepath.Join(cache, "unleak", "goroot", t.GOVERSION+"-"+hex.EncodeToString(sum[:4]))
	if target, err := os.Readlink(link); err != nil || target != t.GOROOT {
		if err := os.MkdirAll(filepath.Dir(link), 0o777); err != nil {
			return fmt.Errorf("linking the toolchain: %w", err)
		}
		os.Remove(link)
		if err := os.Symlink(t.GOROOT, link); err != nil && !errors.Is(err, os.ErrExist) {
			return fmt.Errorf("linking the toolchain: %w", err)
		}
	}
	t.GOROOT = link
	t.command = filepath.Join(link, "bin", "go")
	t.env = append(t.env, "GOROOT="+link, "GOTOOLCHAIN=local")
	return nil
}

// release returns the language version that the toolchain knows, such as
// "go1.26"; development versions count as newer than any.
func (t *toolchain) release() string {
	v, _, _ := strings.Cut(t.GOVERSION, "-")
	v, _, _ = strings.Cut(v, " ")
	if !version.IsValid(v) {
		return "go1.999"
	}
	return version.Lang(v)
}

func (t *toolchain) atLeast(lang string) bool { return version.Compare(t.release(), lang) >= 0 }

// leakExperiment is the GOEXPERIMENT value that gives Go 1.26 its goroutineleak
// profile. From Go 1.27 on the profile is always there, and the value is an
// error.
const leakExperiment = "goroutineleakprofile"

// proof says whether test binaries of this toolchain can take the goroutineleak
// profile, and if not, why.
func (t *toolchain) proof() (reason string) {
	if !t.atLeast("go1.26") {
		return t.GOVERSION + " has no goroutineleak profile: with Go 1.26 or later leaks can be proven"
	}
	return ""
}

// vetsOverlay says whether go test's own go vet reads files that an overlay adds
// to the standard library; releases before Go 1.24 do not find them and fail.
func (t *toolchain) vetsOverlay() bool { return t.atLeast("go1.24") }

// proofEnv returns the environment that the proof needs. Where that is not
// empty, the go command builds all dependencies once more for it: the experiment
// is part of every package's build ID.
func (t *toolchain) proofEnv() []string {
	if t.atLeast("go1.27") || strings.Contains(t.GOEXPERIMENT, leakExperiment) {
		return nil
	}
	experiments := leakExperiment
	if t.GOEXPERIMENT != "" {
		experiments = t.GOEXPERIMENT + "," + leakExperiment
	}
	return []string{"GOEXPERIMENT=" + experiments}
}

// firstProof reports whether this toolchain has not been asked for a proof before,
// as far as a mark in the user's cache folder tells.
func (t *toolchain) firstProof() bool {
	cache, err := os.UserCacheDir()
	if err != nil {
		return false
	}
	mark := filepath.Join(cache, "unleak", "proof", t.GOVERSION)
	if os.MkdirAll(filepath.Dir(mark), 0o777) != nil {
		return false
	}
	f, err := os.OpenFile(mark, os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return false
	}
	f.Close()
	return true
}

// source returns what finds the source that the test binaries' stacks name.
func (t *toolchain) source() (*checkout.Checkout, error) {
	env := checkout.Go{GOROOT: t.realRoot, GOMODCACHE: t.GOMODCACHE, GOMOD: t.GOMOD, GOWORK: t.GOWORK}
	if t.GOROOT != t.realRoot {
		env.Link = t.GOROOT
	}
	return checkout.Open(checkout.Options{Dir: t.dir, Go: &env, Replace: t.replaced})
}
