// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"os"
	"testing"
)

// TestTable keeps the committed table true.
func TestTable(t *testing.T) {
	name, err := document(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	table, err := makeTable(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want, err := insert(text, table)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text, want) {
		t.Errorf("the table in %s is not what go run ./bench/conformance gives:\n%s", name, table)
	}
}
