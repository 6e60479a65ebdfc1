// SPDX-License-Identifier: MIT

// Package html writes a report as one self-contained page: it loads nothing, and
// its policy forbids it to.
//
// The template writes what there is to read; findings can be read without any
// script. The groups of a process stand in the page once, as data, in which names
// are tables (stacks.go): scripts make the icicle and the table of it. All that
// comes from a dump may be hostile. The template escapes it, the data are no script
// to a browser, and the scripts write text only: the policy's "trusted types" refuse
// markup made of strings.
package html

import (
	"bufio"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"iter"
	"strings"

	"github.com/unleak/unleak"
)

// Options says what the page is called, and whether newer ones follow.
type Options struct {
	// Title is the page's title; "" means one made of what was looked at.
	Title string
	// Look names the look at a process that the page shows, where a server
	// shows newer ones under the same address: the page then asks there, and
	// loads itself again once the answer's ETag is not Look in quotes. It is
	// of letters and digits. "" means a page that stays as it is.
	Look string
}

//go:embed *.tmpl *.css *.js
var files embed.FS

// The page's parts. Each is a style sheet or a script of its own, for most pages
// need only the first of each kind.
const (
	pageStyle   = "page.css"
	groupsStyle = "groups.css"
	pageScript  = "page.js"
	liveScript  = "live.js"
)

// groupsScripts make the icicle and the table. They are one script: each uses the
// names of those before it.
var groupsScripts = [...]string{"stacks.js", "icicle.js", "table.js", "groups.js"}

// Write writes the page once the stream has ended.
func Write(w io.Writer, messages iter.Seq[unleak.Message], opts Options) error {
	// Parsed here and not when the program starts: few runs write a page.
	pages, err := template.New("page").Funcs(functions()).ParseFS(files, "*.tmpl")
	if err != nil {
		return fmt.Errorf("html report: %w", err)
	}
	b := bufio.NewWriter(w)
	if err := pages.ExecuteTemplate(b, "page.tmpl", newPage(messages, opts)); err != nil {
		return fmt.Errorf("html report: %w", err)
	}
	if err := b.Flush(); err != nil {
		return fmt.Errorf("html report: %w", err)
	}
	return nil
}

// Policy returns the Content-Security-Policy of all pages: the style sheets and
// scripts of this package, and nothing else from anywhere. live allows a page to
// ask the server that it came from for a newer look.
func Policy(live bool) string {
	directives := []string{
		"default-src 'none'",
		"style-src " + digest(part(pageStyle)) + " " + digest(part(groupsStyle)),
		"script-src " + digest(part(pageScript)) + " " + digest(part(groupsScripts[:]...)),
		"base-uri 'none'",
		"form-action 'none'",
		"require-trusted-types-for 'script'",
		"trusted-types 'none'",
	}
	if live {
		directives[2] += " " + digest(part(liveScript))
		directives = append(directives, "connect-src 'self'")
	}
	return strings.Join(directives, "; ")
}

// part returns the text of embedded files, one behind the other.
func part(names ...string) string {
	var b strings.Builder
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			panic(err) // go:embed has it
		}
		b.Write(text)
	}
	return b.String()
}

// digest writes a source as a policy names it (CSP level 3, hash-source).
func digest(source string) string {
	sum := sha256.Sum256([]byte(source))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}
