// SPDX-License-Identifier: MIT

// Package report makes findings of what analyzers see in source.
package report

import (
	"bytes"
	"go/ast"
	"go/format"
	"go/token"
	"strings"
)

// Source writes a node in one line; literals of functions are cut short.
func Source(fset *token.FileSet, n ast.Node) string {
	var b bytes.Buffer
	if err := format.Node(&b, fset, n); err != nil {
		return ""
	}
	line, rest, more := strings.Cut(b.String(), "\n")
	if more && rest != "" {
		line += " …"
	}
	return line
}
