// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// tidy runs go mod tidy in each module. The go command would ask the network for
// the version that the modules require of their siblings, and go mod tidy does
// not read go.work; so for its time alone every go.mod replaces the siblings.
func (c *checkout) tidy(ctx context.Context, stdout, stderr io.Writer) error {
	for _, m := range c.modules {
		fmt.Fprintln(stdout, "tidy", m.path)
		if err := c.tidyModule(ctx, m, stdout, stderr); err != nil {
			return fmt.Errorf("tidy %s: %w", m.path, err)
		}
	}
	return nil
}

func (c *checkout) tidyModule(ctx context.Context, m module, stdout, stderr io.Writer) (err error) {
	dir := filepath.Dir(c.goMod(m))
	goMod := func(ctx context.Context, args ...string) error {
		cmd := exec.CommandContext(ctx, "go", append([]string{"mod"}, args...)...)
		cmd.Dir, cmd.Stdout, cmd.Stderr = dir, stdout, stderr
		cmd.Env = append(os.Environ(), "GOWORK=off")
		return cmd.Run()
	}
	put, out := []string{"edit"}, []string{"edit"}
	for _, sibling := range c.modules {
		if sibling == m {
			continue
		}
		rel, err := filepath.Rel(dir, filepath.Dir(c.goMod(sibling)))
		if err != nil {
			return err
		}
		put = append(put, "-replace="+sibling.path+"=./"+filepath.ToSlash(rel))
		out = append(out, "-dropreplace="+sibling.path)
	}
	// The lines go out again whatever happens, an interrupt included: a go.mod
	// that keeps them cannot be installed.
	defer func() { err = errors.Join(err, goMod(context.WithoutCancel(ctx), out...)) }()
	if err := goMod(ctx, put...); err != nil {
		return err
	}
	return goMod(ctx, "tidy")
}
