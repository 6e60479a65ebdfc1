// SPDX-License-Identifier: MIT

package main

import (
	"bufio"
	"compress/gzip"
	"errors"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/klauspost/compress/zstd"
	"github.com/rogpeppe/go-internal/testscript"
)

// pack packs a file: pack gzip|zstd FILE PACKED
func pack(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: pack gzip|zstd FILE PACKED")
	}
	f, err := os.Create(ts.MkAbs(args[2]))
	ts.Check(err)
	defer f.Close()
	var w io.WriteCloser
	switch args[0] {
	case "gzip":
		w = gzip.NewWriter(f)
	case "zstd":
		w, err = zstd.NewWriter(f)
		ts.Check(err)
	default:
		ts.Fatalf("no format %s", args[0])
	}
	_, err = io.WriteString(w, ts.ReadFile(args[1]))
	ts.Check(errors.Join(err, w.Close()))
}

// fill writes a file again and again into another until that has a size; a size
// smaller than the file cuts it: fill SIZE FILE FILLED
func fill(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: fill SIZE FILE FILLED")
	}
	left, err := strconv.Atoi(args[0])
	ts.Check(err)
	text := ts.ReadFile(args[1])
	f, err := os.Create(ts.MkAbs(args[2]))
	ts.Check(err)
	defer f.Close()
	w := bufio.NewWriter(f)
	for left > 0 && text != "" {
		n, err := w.WriteString(text[:min(left, len(text))])
		ts.Check(err)
		left -= n
	}
	ts.Check(w.Flush())
}

// closed runs a command whose output nobody reads to its end, and compares its exit
// code: closed CODE COMMAND...
func closed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: closed CODE COMMAND [ARGUMENT...]")
	}
	r, w, err := os.Pipe()
	ts.Check(err)
	ts.Check(r.Close())
	defer w.Close()
	var said strings.Builder
	path, err := exec.LookPath(args[1])
	ts.Check(err)
	cmd := exec.Command(path, args[2:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = ts.MkAbs("."), w, &said
	cmd.Run() // its state tells more
	if got := strconv.Itoa(cmd.ProcessState.ExitCode()); got != args[0] || said.Len() > 0 {
		ts.Fatalf("%v, said %q; want exit code %s, and nothing said", cmd.ProcessState, &said, args[0])
	}
}

// load sets a variable to a file's text: load NAME FILE
func load(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: load NAME FILE")
	}
	ts.Setenv(args[0], strings.TrimSpace(ts.ReadFile(args[1])))
}
