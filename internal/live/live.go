// SPDX-License-Identifier: MIT

// Package live reads the goroutines of this very process: by profiles, which hold
// the world for two short moments however many goroutines there are, and by a
// traceback of all of them, which holds it all along and tells more.
//
// A profile gives one record for all goroutines with the same stack and labels,
// without number, age or creator. A traceback has those, and before Go 1.27 no
// labels.
package live

import (
	"bytes"
	"runtime"
	"runtime/metrics"
	"runtime/pprof"
	"strconv"
)

// Self returns the number of the goroutine that calls it, and that of its
// testing/synctest bubble or 0.
func Self() (id, bubble uint64) {
	var buf [512]byte
	// goroutine 7 [running, synctest bubble 3]:
	header, _, _ := bytes.Cut(buf[:runtime.Stack(buf[:], false)], []byte("]"))
	header, _, _ = bytes.Cut(header, []byte(" labels:{"))
	id = number(header, "goroutine ")
	return id, number(header, ", synctest bubble ")
}

// number returns the decimal number that follows the word, or 0.
func number(text []byte, word string) uint64 {
	_, rest, ok := bytes.Cut(text, []byte(word))
	if !ok {
		return 0
	}
	end := 0
	for end < len(rest) && '0' <= rest[end] && rest[end] <= '9' {
		end++
	}
	n, _ := strconv.ParseUint(string(rest[:end]), 10, 64)
	return n
}

// Created returns how many goroutines this process has started so far. Where it
// stays the same, none was started meanwhile. It costs some microseconds.
func Created() uint64 { return read("/sched/goroutines-created:goroutines") }

// Heap returns how many bytes of the heap the garbage collector has to scan.
func Heap() uint64 { return read("/gc/scan/heap:bytes") }

// read returns a metric, or 0 where the runtime does not have it.
func read(name string) uint64 {
	sample := [1]metrics.Sample{{Name: name}}
	metrics.Read(sample[:])
	if sample[0].Value.Kind() != metrics.KindUint64 {
		return 0
	}
	return sample[0].Value.Uint64()
}

// CanProve reports whether the runtime can prove leaks: always from Go 1.27 on, in
// Go 1.26 where it was built with GOEXPERIMENT=goroutineleakprofile.
func CanProve() bool { return pprof.Lookup(string(Leaks)) != nil }
