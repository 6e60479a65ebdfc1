// SPDX-License-Identifier: MIT

// Package vetjson reads what go vet -json writes.
package vetjson

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// A Diagnostic is what an analyzer says of a line.
type Diagnostic struct {
	File    string // slash-separated, from the root's folder where it is inside
	Line    int
	Message string
}

// Compare orders diagnostics by file and line.
func (d Diagnostic) Compare(e Diagnostic) int {
	return cmp.Or(cmp.Compare(d.File, e.File), cmp.Compare(d.Line, e.Line), cmp.Compare(d.Message, e.Message))
}

// Place returns file:line.
func (d Diagnostic) Place() string { return fmt.Sprintf("%s:%d", d.File, d.Line) }

// String returns place and message.
func (d Diagnostic) String() string { return d.Place() + ": " + d.Message }

// Read returns the diagnostics of all packages, in order and each once: a package
// has some with its tests and without. What an analyzer failed on is an error, and
// so is anything that go vet says otherwise, but for the names of packages.
func Read(out []byte, root string) ([]Diagnostic, error) {
	var text bytes.Buffer
	for line := range bytes.Lines(out) {
		if !bytes.HasPrefix(line, []byte("#")) && !bytes.HasPrefix(line, []byte("go: ")) {
			text.Write(line)
		}
	}
	first, _, _ := strings.Cut(strings.TrimSpace(text.String()), "\n")
	var all []Diagnostic
	var errs []error
	for d := json.NewDecoder(&text); ; {
		var packages map[string]map[string]json.RawMessage
		if err := d.Decode(&packages); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("go vet -json says %q: %w", first, err)
		}
		for pkg, analyzers := range packages {
			for analyzer, raw := range analyzers {
				more, err := diagnostics(raw, root)
				if err != nil {
					errs = append(errs, fmt.Errorf("%s: %s: %w", pkg, analyzer, err))
				}
				all = append(all, more...)
			}
		}
	}
	slices.SortFunc(all, Diagnostic.Compare)
	return slices.Compact(all), errors.Join(errs...)
}

// diagnostics reads those of one analyzer.
func diagnostics(raw json.RawMessage, root string) ([]Diagnostic, error) {
	var failed struct{ Error string }
	if json.Unmarshal(raw, &failed) == nil && failed.Error != "" {
		return nil, errors.New(failed.Error)
	}
	var list []struct{ Posn, Message string }
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, err
	}
	all := make([]Diagnostic, len(list))
	for i, one := range list {
		file, line, err := position(one.Posn)
		if err != nil {
			return nil, err
		}
		if inside, err := filepath.Rel(root, file); err == nil && filepath.IsLocal(inside) {
			file = inside
		}
		all[i] = Diagnostic{filepath.ToSlash(file), line, one.Message}
	}
	return all, nil
}

// position takes file:line:column apart.
func position(text string) (file string, line int, err error) {
	rest := text[:max(0, strings.LastIndexByte(text, ':'))]
	colon := strings.LastIndexByte(rest, ':')
	if colon < 0 {
		return "", 0, fmt.Errorf("position %q is no file:line:column", text)
	}
	if line, err = strconv.Atoi(rest[colon+1:]); err != nil {
		return "", 0, fmt.Errorf("position %q: %w", text, err)
	}
	return rest[:colon], line, nil
}
