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

	"github.com/unleak/unleak/bench/published"
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

// fetch returns a folder with the module's source, and for the standard library its
// version. Of others it is a copy: the go command writes to go.sum what the tests need.
func fetch(ctx context.Context, m module, folder string) (module, string, error) {
	if m.Module == "std" {
		out, err := exec.CommandContext(ctx, "go", "env", "GOROOT", "GOVERSION").Output()
		root, version, ok := strings.Cut(strings.TrimSpace(string(out)), "\n")
		if err != nil || !ok {
			return m, "", fmt.Errorf("go env GOROOT GOVERSION: %q, %w", out, err)
		}
		m.Version = strings.TrimSpace(version)
		return m, filepath.Join(strings.TrimSpace(root), "src"), nil
	}
	dir := filepath.Join(folder, strings.ReplaceAll(m.Module, "/", "_")+"@"+m.Version)
	if _, err := os.Stat(dir); err == nil {
		return m, dir, nil
	}
	return m, dir, published.Copy(ctx, m.Module+"@"+m.Version, dir)
}
