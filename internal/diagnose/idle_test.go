// SPDX-License-Identifier: MIT

package diagnose

import (
	"strings"
	"testing"

	"github.com/unleak/unleak"
)

func TestIdle(t *testing.T) {
	const (
		rest      = "" // may be a finding
		idle      = "idle"
		companion = "companion"
	)
	type record struct {
		wait    unleak.Wait
		stack   string
		creator uint64
		want    string
	}
	read := record{unleak.WaitIO, "internal/poll.(*FD).Read bufio.(*Reader).Peek net/http.(*persistConn).readLoop", 7, idle}
	write := record{unleak.WaitSelect, "net/http.(*persistConn).writeLoop", 7, idle}
	under := func(r record, want string) record { r.want = want; return r }
	tests := []struct {
		name    string
		records []record
	}{
		{"the library's own", []record{
			{unleak.WaitSyscall, "os/signal.signal_recv os/signal.loop", 1, idle},
			{unleak.WaitSleep, "time.Sleep runtime/pprof.profileWriter", 1, idle},
			{unleak.WaitIO, "os.(*File).Read io.Copy testing.runExample.func1", 1, idle},
			{unleak.WaitReceive, "os/signal.NotifyContext.func1", 1, rest},
			{unleak.WaitSelect, "database/sql.(*DB).connectionOpener", 1, rest},
		}},
		{"tests", []record{
			{unleak.WaitReceive, "testing.(*T).Run m.TestA testing.tRunner", 1, idle},
			{unleak.WaitReceive, "testing.(*T).Parallel m.TestA testing.tRunner", 1, idle},
			{unleak.WaitReceive, "testing.tRunner.func1 testing.tRunner", 1, idle},
			{unleak.WaitReceive, "m.TestA testing.tRunner", 1, rest},
			{unleak.WaitGroup, "sync.runtime_SemacquireWaitGroup sync.(*WaitGroup).Wait m.TestA testing.tRunner", 1, rest},
		}},
		{"kept alive", []record{read, write}},
		{"request under way", []record{
			under(read, companion), under(write, companion),
			{unleak.WaitSelect, "net/http.(*persistConn).roundTrip net/http.(*Client).Get m.f", 1, rest},
		}},
		{"body not closed", []record{
			{unleak.WaitSelect, "net/http.(*persistConn).readLoop", 7, rest},
			under(write, companion),
		}},
		{"one of two bodies being read", []record{
			{unleak.WaitSelect, "net/http.(*persistConn).readLoop", 7, companion},
			{unleak.WaitSelect, "net/http.(*persistConn).readLoop", 8, rest},
			{unleak.WaitIO, "net/http.(*persistConn).Read net/http.(*bodyEOFSignal).Read m.f", 1, rest},
		}},
		{"server", []record{
			{unleak.WaitIO, "net.(*netFD).accept net/http.(*Server).Serve m.f", 1, rest},
			{unleak.WaitIO, "internal/poll.(*FD).Read net/http.(*conn).serve", 1, companion},
			{unleak.WaitIO, "internal/poll.(*FD).Read net/http.(*connReader).backgroundRead", 1, companion},
			{unleak.WaitSend, "m.handle net/http.(*conn).serve", 1, rest},
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			want := make(map[uint64]string)
			var gs []*unleak.Goroutine
			for i, r := range tt.records {
				g := &unleak.Goroutine{ID: uint64(10 + i), Count: 1, Wait: r.wait, Creator: r.creator}
				for f := range strings.FieldsSeq(r.stack) {
					g.Stack = append(g.Stack, unleak.Frame{Func: f})
				}
				gs = append(gs, g)
				want[g.ID] = r.want
			}
			kept, aside := Idle(gs)
			got := make(map[uint64]string)
			for _, g := range kept {
				got[g.ID] = rest
			}
			for _, a := range aside {
				if got[a.Goroutine.ID] = idle; a.Companion {
					got[a.Goroutine.ID] = companion
				}
				if a.Reason == "" {
					t.Errorf("goroutine %d is set aside for no reason", a.Goroutine.ID)
				}
			}
			for i, g := range gs {
				if got[g.ID] != want[g.ID] {
					t.Errorf("%s: got %q, want %q", tt.records[i].stack, got[g.ID], want[g.ID])
				}
			}
		})
	}
}
