// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"io"
	"os"
	"regexp"

	"golang.org/x/mod/semver"
)

// unreleased is the version that the modules require of each other between
// releases. No tag bears it; go.work replaces it.
const unreleased = "v0.0.0"

// release writes the version into every line of a go.mod or of go.work that
// requires or replaces a module of the checkout, and prints the tags to set.
// With the version v0.0.0 it takes the checkout back to development.
func (c *checkout) release(version string, stdout io.Writer) error {
	if !semver.IsValid(version) || semver.Canonical(version) != version {
		return fmt.Errorf("%q is not a version of the form v1.2.3", version)
	}
	if err := c.writeVersion(version); err != nil {
		return err
	}
	if version == unreleased {
		fmt.Fprintln(stdout, "Back in development: commit the change.")
		return nil
	}
	fmt.Fprintln(stdout, "Commit the change, then tag that commit and push the tags:")
	for _, m := range c.modules {
		if m.published() {
			fmt.Fprintln(stdout, "\tgit tag", m.tag(version))
		}
	}
	fmt.Fprintln(stdout, "Then, for the next commits: make release VERSION="+unreleased)
	return nil
}

func (c *checkout) writeVersion(version string) error {
	names := []string{c.goWork()}
	for _, m := range c.modules {
		names = append(names, c.goMod(m))
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		for _, m := range c.modules {
			line := regexp.MustCompile(`(?m)^(\s*(?:require\s+|replace\s+)?` + regexp.QuoteMeta(m.path) + `\s+)v\S+`)
			text = line.ReplaceAll(text, []byte("${1}"+version))
		}
		if err := os.WriteFile(name, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
