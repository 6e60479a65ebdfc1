// SPDX-License-Identifier: MIT

// Package markdown writes the catalogue of causes as a page of the
// documentation.
package markdown

import (
	"bufio"
	"fmt"
	"io"

	"github.com/unleak/unleak"
)

// Causes writes docs/causes.md. Every cause has a heading that is its identifier,
// so that docs/causes.md#chan-send is a link.
func Causes(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprint(b, "<!-- Written from the catalogue: go test ./internal/report/markdown -update -->\n\n",
		"# Why goroutines leak\n\n",
		"Each finding names one of these causes. `unleak explain CAUSE` prints the same words.\n\n",
		"| cause | what the goroutines are stuck in |\n| --- | --- |\n")
	for _, entry := range unleak.Causes() {
		fmt.Fprintf(b, "| [%s](#%s) | %s |\n", entry.Cause, entry.Cause, entry.Title)
	}
	for _, entry := range unleak.Causes() {
		fmt.Fprintf(b, "\n## %s\n\n**%s**\n\n%s\n\n", entry.Cause, sentence(entry.Title), entry.Meaning)
		for _, remedy := range entry.Remedies {
			fmt.Fprintf(b, "- %s\n", remedy)
		}
		fmt.Fprintf(b, "\nBefore:\n\n```go\n%s\n```\n\nAfter:\n\n```go\n%s\n```\n", entry.Before, entry.After)
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("markdown: %w", err)
	}
	return nil
}

// sentence writes a title as a sentence. All titles start with a letter of ASCII.
func sentence(title string) string {
	if first := title[0]; 'a' <= first && first <= 'z' {
		title = string(first-'a'+'A') + title[1:]
	}
	return title + "."
}
