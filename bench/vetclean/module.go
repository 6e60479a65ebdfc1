// SPDX-License-Identifier: MIT

package main

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A module is one that is looked at; "std" stands for the standard library.
type module struct {
	Module   string   `json:"module"`
	Version  string   `json:"version"`
	Packages []string `json:"packages"` // all where there are none
}

func (m module) patterns() []string {
	if len(m.Packages) == 0 {
		return []string{"./..."}
	}
	return m.Packages
}

// A verdict is what somebody thinks of a finding who has read the code.
type verdict struct {
	Module string `json:"module"`
	Place  string `json:"place"` // file:line, from the module's root
	True   bool   `json:"true"`
	Why    string `json:"why"`
}

//go:embed modules.json
var modulesJSON []byte

//go:embed verdicts.json
var verdictsJSON []byte

func lists() (modules []module, verdicts []verdict, _ error) {
	if err := json.Unmarshal(modulesJSON, &modules); err != nil {
		return nil, nil, fmt.Errorf("modules.json: %w", err)
	}
	if err := json.Unmarshal(verdictsJSON, &verdicts); err != nil {
		return nil, nil, fmt.Errorf("verdicts.json: %w", err)
	}
	return modules, verdicts, nil
}

// fetch returns a folder with the module's source. It is a copy: the go command
// writes to go.sum what the tests need, and the module cache is not to be written.
func fetch(ctx context.Context, m module, folder string) (string, error) {
	if m.Module == "std" {
		out, err := exec.CommandContext(ctx, "go", "env", "GOROOT").Output()
		if err != nil {
			return "", fmt.Errorf("go env GOROOT: %w", err)
		}
		return filepath.Join(strings.TrimSpace(string(out)), "src"), nil
	}
	dir := filepath.Join(folder, strings.ReplaceAll(m.Module, "/", "_")+"@"+m.Version)
	if _, err := os.Stat(dir); err == nil {
		return dir, nil
	}
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", m.Module+"@"+m.Version)
	cmd.Dir = folder
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("downloading %s (is there a module proxy?): %w", m.Module, err)
	}
	var cached struct{ Dir string }
	if err := json.Unmarshal(out, &cached); err != nil {
		return "", fmt.Errorf("go mod download -json: %w", err)
	}
	if err := os.CopyFS(dir, os.DirFS(cached.Dir)); err != nil {
		return "", fmt.Errorf("copying %s: %w", m.Module, err)
	}
	return dir, alone(ctx, dir)
}

// alone takes replacements out of a module's go.mod that lead to folders beside it:
// they are for those who work on it.
func alone(ctx context.Context, dir string) error {
	out, err := exec.CommandContext(ctx, "go", "mod", "edit", "-json", filepath.Join(dir, "go.mod")).Output()
	if err != nil {
		return fmt.Errorf("go mod edit in %s: %w", dir, err)
	}
	var file struct {
		Replace []struct {
			Old, New struct{ Path, Version string }
		}
	}
	if err := json.Unmarshal(out, &file); err != nil {
		return fmt.Errorf("go mod edit -json: %w", err)
	}
	for _, r := range file.Replace {
		if r.New.Version != "" {
			continue
		}
		old := r.Old.Path
		if r.Old.Version != "" {
			old += "@" + r.Old.Version
		}
		if err := exec.CommandContext(ctx, "go", "mod", "edit", "-dropreplace="+old, filepath.Join(dir, "go.mod")).Run(); err != nil {
			return fmt.Errorf("go mod edit -dropreplace in %s: %w", dir, err)
		}
	}
	return nil
}
