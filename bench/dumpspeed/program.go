// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
)

// A tail is how a goroutine waits: the innermost frames, all the standard
// library's.
type tail struct {
	wait   string
	frames []frame
}

// tails are as Go 1.26 prints them.
var tails = []tail{
	{wait: "chan receive"},
	{wait: "chan send"},
	{wait: "select"},
	{wait: "select (no cases)"},
	{wait: "sleep", frames: []frame{std("time.Sleep", "time.go:363", 0x165, number)}},
	{wait: "sync.Mutex.Lock", frames: []frame{
		std("internal/sync.runtime_SemacquireMutex", "sema.go:95", 0x25, pointer, number, number),
		std("internal/sync.(*Mutex).lockSlow", "mutex.go:149", 0x15d, pointer),
		inline("internal/sync.(*Mutex).Lock", "mutex.go:70"),
		inline("sync.(*Mutex).Lock", "mutex.go:46"),
	}},
	{wait: "sync.RWMutex.RLock", frames: []frame{
		std("sync.runtime_SemacquireRWMutexR", "sema.go:100", 0x25, unsure, unsure, unsure),
		inline("sync.(*RWMutex).RLock", "rwmutex.go:74"),
	}},
	{wait: "sync.WaitGroup.Wait", frames: []frame{
		std("sync.runtime_SemacquireWaitGroup", "sema.go:114", 0x2e, unsure, unsure),
		std("sync.(*WaitGroup).Wait", "waitgroup.go:206", 0x85, pointer),
	}},
	{wait: "sync.Cond.Wait", frames: []frame{
		std("sync.runtime_notifyListWait", "sema.go:617", 0x159, pointer, number),
		std("sync.(*Cond).Wait", "cond.go:71", 0x85, unsure),
	}},
	{wait: "IO wait", frames: network},
	{wait: "IO wait", frames: append(slices.Clone(network),
		std("bufio.(*Reader).fill", "bufio.go:113", 0x103, pointer),
		std("bufio.(*Reader).ReadSlice", "bufio.go:380", 0x29, pointer, number),
		std("net/http.readRequest", "request.go:1060", 0xb0, pointer),
	)},
	{wait: "select", frames: []frame{
		std("net/http.(*persistConn).roundTrip", "transport.go:2857", 0xa9a, pointer, pointer),
		std("net/http.(*Transport).roundTrip", "transport.go:661", 0x785, pointer, pointer),
		std("net/http.send", "client.go:259", 0x5e6, unsure, iface, iface),
		std("net/http.(*Client).do", "client.go:730", 0x9c5, pointer, pointer),
		inline("net/http.(*Client).Do", "client.go:589"),
	}},
}

var network = []frame{
	std("internal/poll.runtime_pollWait", "netpoll.go:351", 0x85, unsure, number),
	std("internal/poll.(*pollDesc).wait", "fd_poll_runtime.go:84", 0x27, unsure, slice, number),
	inline("internal/poll.(*pollDesc).waitRead", "fd_poll_runtime.go:89"),
	std("internal/poll.(*FD).Read", "fd_unix.go:165", 0x27a, pointer, slice),
	std("net.(*netFD).Read", "fd_posix.go:68", 0x25, pointer, slice),
	std("net.(*conn).Read", "net.go:196", 0x45, pointer, slice),
}

func std(name, file string, offset int, args ...arg) frame {
	return frame{name: name, args: args, place: fmt.Sprintf("/usr/local/go/src/%s/%s +%#x\n", folder(name), file, offset)}
}

func inline(name, file string) frame {
	return frame{name: name, inline: true, place: fmt.Sprintf("/usr/local/go/src/%s/%s\n", folder(name), file)}
}

// folder returns the import path of a function's package.
func folder(name string) string {
	end := len(name)
	for i := len(name) - 1; i >= 0 && name[i] != '/'; i-- {
		if name[i] == '.' {
			end = i
		}
	}
	return name[:end]
}

var (
	modules = []string{
		"github.com/example-corp/platform/services", "github.com/example-corp/platform/shared",
		"github.com/example-corp/go-kit/v3", "go.example.org/storage/v2", "google.golang.org/grpc",
	}
	folders = []string{
		"billing/internal/ledger", "orders/internal/workflow", "internal/transport/http2", "queue/consumer",
		"cache/invalidation", "session/store", "gateway/middleware", "replication/stream", "pool", "telemetry/export",
	}
	types = []string{
		"(*Reconciler[...])", "(*BatchProcessor)", "(*subscription)", "(*Pool[...])", "(*connection)",
		"Dispatcher", "(*leaseManager)", "(*http2Server)", "(*retryingClient)", "(*Watcher[...])",
	}
	methods = []string{
		"processBatch", "Run", "handleMessage", "acquire", "Do", "awaitQuorum", "readLoop",
		"dispatch.func1", "withRetry", "Invoke.func2.1", "flush", "Serve",
	}
)

// draw makes the stacks of a large service: functions of a few hundred, each
// called from several others, five to 25 frames deep.
func (s shape) draw(r *rand.Rand) []*stack {
	functions := make([]frame, 700)
	for i := range functions {
		functions[i] = function(r)
	}
	stacks := make([]*stack, s.stacks)
	for i := range stacks {
		t := tails[r.IntN(len(tails))]
		st := &stack{wait: t.wait, frames: slices.Clone(t.frames), creator: functions[i%50]}
		at := r.IntN(len(functions))
		for n := 5 + r.IntN(21); len(st.frames) < n || len(st.frames) == len(t.frames); {
			st.frames = append(st.frames, functions[at])
			at = (at*7 + 1 + r.IntN(4)) % len(functions) // one of four callers
		}
		entry := &st.frames[len(st.frames)-1]
		entry.place = fmt.Sprintf("%s:%d +%#x\n", path(entry.name), 1000+i, 0x1d+i) // so that no two stacks are equal
		stacks[i] = st
	}
	return stacks
}

func function(r *rand.Rand) frame {
	pick := func(from []string) string { return from[r.IntN(len(from))] }
	f := frame{name: pick(modules) + "/" + pick(folders) + "." + pick(types) + "." + pick(methods)}
	line := 10 + r.IntN(900)
	if r.IntN(6) == 0 {
		f.inline = true
		f.place = fmt.Sprintf("%s:%d\n", path(f.name), line)
		return f
	}
	for range r.IntN(5) {
		f.args = append(f.args, arg(r.IntN(5)))
	}
	f.place = fmt.Sprintf("%s:%d +%#x\n", path(f.name), line, r.IntN(0x900)+0x11)
	return f
}

// path returns the file of a function of a module, in the module cache.
func path(name string) string {
	return "/go/pkg/mod/" + folder(name) + "@v1.24.3/" + []string{"server", "stream_reader", "manager"}[len(name)%3] + ".go"
}
