// SPDX-License-Identifier: MIT

package capture

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strconv"
	"strings"
)

// Memory is what a process said of its memory, in bytes, named as in
// runtime.MemStats. Sys less HeapReleased is what a memory limit counts.
type Memory struct {
	StackInuse, StackSys uint64
	HeapAlloc, HeapInuse uint64
	HeapReleased, Sys    uint64
	// URL is where it was read, without secrets.
	URL string
}

// Memory fetches the process's memory statistics: from /debug/vars, else from the
// end of the heap profile's text, which is long where much is allocated in many
// places. Neither forces a garbage collection; both stop the world for the length
// of runtime.ReadMemStats, some tens of microseconds.
func (c *Client) Memory(ctx context.Context, t Target) (Memory, error) {
	heap, vars := t.beside("heap", "debug", "1"), t.beside("../vars")
	if heap == nil {
		return Memory{}, &UnsupportedError{t.String(), "memory statistics", "give the address of /debug/pprof/"}
	}
	m, varsErr := c.memory(ctx, t, vars, readVars)
	if varsErr == nil || ctx.Err() != nil {
		return m, varsErr
	}
	m, err := c.memory(ctx, t, heap, readMemStats)
	if err != nil {
		return m, errors.Join(varsErr, err)
	}
	return m, nil
}

func (c *Client) memory(ctx context.Context, t Target, u *url.URL, read func(io.Reader) (Memory, error)) (Memory, error) {
	b, err := c.fetch(ctx, &request{target: t, url: u})
	if err != nil {
		return Memory{}, err
	}
	defer b.Close()
	m, err := read(b)
	if err != nil {
		return Memory{}, fmt.Errorf("%s: %w", b.URL, err)
	}
	m.URL = b.URL
	return m, nil
}

// errNoMemory is what the readers return of a text that is something else.
var errNoMemory = errors.New("no memory statistics in it")

// readMemStats reads the text at the end of a heap profile (runtime/pprof,
// writeHeapInternal).
func readMemStats(r io.Reader) (m Memory, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxPage)
	found := false
	for lines.Scan() {
		if lines.Text() == "# runtime.MemStats" {
			found = true
		} else if found {
			m.set(lines.Text())
		}
	}
	if err := lines.Err(); err != nil {
		return m, err
	}
	if m.Sys == 0 {
		return m, errNoMemory
	}
	return m, nil
}

// set reads one line of the text.
func (m *Memory) set(line string) {
	name, value, _ := strings.Cut(strings.TrimPrefix(line, "# "), " = ")
	switch name {
	case "Sys":
		m.Sys = number(value)
	case "HeapAlloc":
		m.HeapAlloc = number(value)
	case "HeapInuse":
		m.HeapInuse = number(value)
	case "HeapReleased":
		m.HeapReleased = number(value)
	case "Stack":
		inuse, sys, _ := strings.Cut(value, " / ")
		m.StackInuse, m.StackSys = number(inuse), number(sys)
	}
}

// number returns 0, for not known, where there is none.
func number(s string) uint64 {
	n, _ := strconv.ParseUint(s, 10, 64)
	return n
}

// readVars reads expvar's page, of which runtime.MemStats is a part.
func readVars(r io.Reader) (Memory, error) {
	var page struct{ MemStats Memory }
	if err := json.NewDecoder(io.LimitReader(r, maxPage)).Decode(&page); err != nil {
		return Memory{}, err
	}
	if page.MemStats.Sys == 0 {
		return Memory{}, errNoMemory
	}
	return page.MemStats, nil
}
