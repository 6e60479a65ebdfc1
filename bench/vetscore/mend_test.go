// SPDX-License-Identifier: MIT

package main

import (
	"testing"

	"github.com/unleak/unleak/bench/turns"

	// The test builds the tool, of which the go command knows nothing: with the
	// analysis in the test as well, a result from before it changed is not taken again.
	_ "github.com/unleak/unleak/vet/leak"
)

// TestMended mends copies of the kernels, each as its own fix did, and finds nothing
// in them any more.
func TestMended(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the tool over a package of the Go tree")
	}
	tree, err := open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	tool, err := turns.BuildTool(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	variants, err := mend(tree.kernels(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	others, err := variants.look(t.Context(), tool)
	if err != nil {
		t.Fatal(err)
	}
	for name, m := range variants.of {
		for _, f := range m.found {
			t.Errorf("%s:%d: %s blocks for ever [%s] in the mended variant", name, f.Blocked.Line, f.Entry.Func, f.Wait)
		}
	}
	if others == 0 {
		t.Error("nothing found in the kernels that are not mended: the tool has not looked")
	}
}
