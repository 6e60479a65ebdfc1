// SPDX-License-Identifier: MIT

package live

import (
	"context"
	"runtime"
	"runtime/pprof"
	"unsafe"
	"weak"
)

// A Mark is a pprof label on a goroutine and on all that it starts from then on,
// for all generations.
type Mark struct {
	// Value is the label's value.
	Value string
	// bytes holds the label's value, which goroutines refer to and the Mark does
	// not: it is collected when the last of them has ended.
	bytes weak.Pointer[byte]
}

// SetMark labels the goroutine that calls it with the labels of ctx and one more.
// Labels that it has and ctx has not are gone, for a goroutine's labels cannot be
// read back.
func SetMark(ctx context.Context, key, value string) Mark {
	// Not small enough for the allocator to put it with other things, which would
	// keep it alive (runtime/malloc.go, maxTinySize).
	text := append(make([]byte, 0, max(len(value), 32)), value...)
	shared := ""
	var bytes weak.Pointer[byte]
	if len(text) > 0 {
		shared = unsafe.String(&text[0], len(text)) // never written to again
		bytes = weak.Make(&text[0])
	}
	pprof.SetGoroutineLabels(pprof.WithLabels(ctx, pprof.Labels(key, shared)))
	return Mark{Value: value, bytes: bytes}
}

// Gone collects garbage and reports whether no goroutine bears the mark any more.
// False means that it is not known: something else may hold the label, such as a
// context or a CPU profile.
//
// Its cost goes with the heap, and hardly with the number of goroutines: it is a
// tenth of a profile's with ten thousand of them and a small heap, and allocates
// nothing.
func (m Mark) Gone() bool {
	runtime.GC()
	return m.bytes.Value() == nil
}
