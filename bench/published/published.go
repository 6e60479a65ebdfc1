// SPDX-License-Identifier: MIT

// Package published copies modules of others, for benchmarks that run in them.
package published

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"golang.org/x/mod/modfile"
)

// Environment is what to add to that of a go command that works on a copy: it is to
// keep out of this checkout's workspace, and free to complete the copy's go.mod.
func Environment() []string { return []string{"GOWORK=off", "GOFLAGS=-mod=mod"} }

// Copy downloads a module, path@version, and copies it to a folder that is new or
// empty. The copy is a main module, and can be written as the module cache cannot.
func Copy(ctx context.Context, module, folder string) error {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", module)
	cmd.Dir = folder
	cmd.Env = append(os.Environ(), Environment()...)
	out, err := cmd.Output()
	var cached struct{ Dir, Error string }
	if jsonErr := json.Unmarshal(out, &cached); err != nil || jsonErr != nil {
		return fmt.Errorf("downloading %s (is there a module proxy?): %w\n%s", module, errors.Join(err, jsonErr), cached.Error)
	}
	if err := os.CopyFS(folder, os.DirFS(cached.Dir)); err != nil {
		return fmt.Errorf("copying %s: %w", module, err)
	}
	path, _, _ := strings.Cut(module, "@")
	return own(folder, path)
}

// own makes a copy a main module: one from before modules gets a go.mod, and
// replacements by folders of its repository, which only its authors have, go.
func own(folder, path string) error {
	name := filepath.Join(folder, "go.mod")
	text, err := os.ReadFile(name)
	if errors.Is(err, os.ErrNotExist) {
		return os.WriteFile(name, []byte("module "+path+"\n"), 0o666)
	}
	if err != nil {
		return err
	}
	mod, err := modfile.Parse(name, text, nil)
	if err != nil {
		return err
	}
	for _, r := range mod.Replace {
		if r.New.Version == "" {
			if err := mod.DropReplace(r.Old.Path, r.Old.Version); err != nil {
				return err
			}
		}
	}
	mod.Cleanup()
	if text, err = mod.Format(); err != nil {
		return err
	}
	return os.WriteFile(name, text, 0o666)
}
