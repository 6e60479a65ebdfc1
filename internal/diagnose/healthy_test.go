// SPDX-License-Identifier: MIT

package diagnose

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/unleak/unleak"
)

// steadily is a number that stays as it is for so many looks.
func steadily(count, looks int) []int { return slices.Repeat(n(count), looks) }

// drawn is a number drawn from a service.
func drawn(s service, looks int) []int { return s(rand.New(rand.NewPCG(3, 4)), looks) }

// webServer is what every server of net/http has: the loop that accepts,
// connections that wait for their next request, and handlers.
func webServer(idle, busy []int) []crowd {
	const handler = " net/http.HandlerFunc.ServeHTTP net/http.(*conn).serve"
	return []crowd{
		{counts: steadily(1, len(idle)), wait: ioWait, stack: "net.(*netFD).accept net/http.(*Server).Serve net/http.(*Server).ListenAndServe main.main", id: 1, minutes: 500},
		{counts: idle, wait: ioWait, stack: "internal/poll.(*FD).Read net/http.(*connReader).Read net/http.(*conn).serve", created: "net/http.(*Server).Serve", minutes: 120},
		{counts: busy, wait: ioWait, stack: "internal/poll.(*FD).Read pgx.(*Conn).Query m.load" + handler, created: "net/http.(*Server).Serve"},
		{counts: busy, wait: ioWait, stack: "internal/poll.(*FD).Read net/http.(*connReader).backgroundRead", created: "net/http.(*connReader).startBackgroundRead"},
	}
}

// TestHealthy has processes in which nothing leaks. That some of it is a suspect
// is no harm: it fails nobody.
func TestHealthy(t *testing.T) {
	const looks = 6
	ticking := crowd{counts: steadily(3, looks), wait: sel, stack: "m.(*Cache).expire", created: "m.NewCache", minutes: 600}
	for _, tt := range []struct {
		name     string
		process  []crowd
		suspects int // how many, at most
	}{
		{"64 workers that have waited for hours", []crowd{
			{counts: steadily(64, looks), wait: recv, stack: "m.(*Pool).work", created: "m.NewPool", minutes: 700}, ticking, aMainFor(looks)}, 1},
		{"64 workers, seen once", []crowd{{counts: n(64), wait: sel, stack: "m.(*Pool).work", minutes: 700}}, 1},
		{"workers that take jobs now and then", []crowd{
			{counts: n(64, 60, 52, 63, 64, 58), wait: recv, stack: "m.(*Pool).work", minutes: 3},
			{counts: n(0, 4, 12, 1, 0, 6), wait: ioWait, stack: "net.(*conn).Read m.(*Pool).work"}, aMainFor(looks)}, 1},
		{"5,000 idle connections", webServer(steadily(5000, looks), n(10, 12, 9, 11, 10, 13)), 0},
		{"connections that come while it is watched", webServer(n(1000, 1200, 1400, 1600, 1800, 2000), steadily(10, looks)), 0},
		{"a burst of 3,000 requests on a database", webServer(n(40, 40, 500, 500, 500, 40), n(3, 5, 3000, 2800, 900, 4)), 1},
		{"a burst of 3,000 requests, seen once", webServer(n(500), n(3000)), 1},
		{"a burst that begins with the last look", webServer(steadily(40, 3), n(5, 7, 3000)), 1},
		{"requests that wait for one of the database's connections", append(webServer(steadily(40, 3), steadily(20, 3)),
			crowd{counts: n(0, 3, 2500), wait: sel, stack: "database/sql.(*DB).conn database/sql.(*DB).Query m.load net/http.(*conn).serve"}), 1},
		{"a service that warms up", append(webServer(n(0, 200, 330, 390, 410, 415), n(0, 20, 33, 38, 40, 41)),
			crowd{counts: n(0, 40, 60, 64, 64, 64), wait: recv, stack: "m.(*Pool).work"},
			crowd{counts: n(2, 80, 120, 135, 140, 141), wait: sel, stack: "m.(*Session).run", created: "m.(*Hub).serve"},
			crowd{counts: n(0, 30, 50, 50, 50, 50), wait: sel, stack: "database/sql.(*Tx).awaitDone", created: "database/sql.(*DB).beginDC"}), 4},
		{"a client's pool of connections", []crowd{
			{counts: n(10, 80, 97, 100, 100, 100), wait: ioWait, stack: "internal/poll.(*FD).Read net/http.(*persistConn).readLoop", created: transport},
			{counts: n(10, 80, 97, 100, 100, 100), wait: sel, stack: "net/http.(*persistConn).writeLoop", created: transport}, aMainFor(looks)}, 0},
		{"2,000 streams of gRPC", []crowd{
			{counts: n(2000, 1980, 2034, 2011, 1977, 2020), wait: sel, stack: "google.golang.org/grpc.newClientStreamWithParams.func4", created: "google.golang.org/grpc.newClientStreamWithParams", minutes: 90},
			{counts: n(2000, 1980, 2034, 2011, 1977, 2020), wait: sel, stack: "google.golang.org/grpc/internal/transport.(*recvBufferReader).readClient m.(*Feed).follow", created: "m.(*Feed).Start", minutes: 90},
			{counts: steadily(4, looks), wait: ioWait, stack: "net.(*conn).Read google.golang.org/grpc/internal/transport.(*http2Client).reader", minutes: 90},
			{counts: steadily(4, looks), wait: sel, stack: "google.golang.org/grpc/internal/transport.(*controlBuffer).get google.golang.org/grpc/internal/transport.(*loopyWriter).run", minutes: 90}}, 2},
		{"HTTP/2 connections in the morning", append(webServer(steadily(10, looks), steadily(10, looks)),
			crowd{counts: n(100, 150, 200, 250, 300, 350), wait: sel, stack: "net/http.(*http2serverConn).serve net/http.(*http2Server).ServeConn net/http.(*conn).serve"},
			crowd{counts: n(100, 150, 200, 250, 300, 350), wait: ioWait, stack: "crypto/tls.(*Conn).Read net/http.(*http2serverConn).readFrames"},
			crowd{counts: n(50, 75, 100, 125, 150, 175), wait: sel, stack: "net/http/internal/http2.(*serverConn).serve net/http/internal/http2.(*Server).ServeConn net/http.(*conn).serve"},
			crowd{counts: n(50, 75, 100, 125, 150, 175), wait: ioWait, stack: "crypto/tls.(*Conn).Read net/http/internal/http2.(*serverConn).readFrames"}), 0},
		{"a proxy's requests under way", append(webServer(steadily(40, looks), steadily(5, looks)),
			crowd{counts: n(60, 90, 80, 120, 70, 110), wait: sel, stack: "net/http.(*persistConn).roundTrip net/http/httputil.(*ReverseProxy).ServeHTTP net/http.(*conn).serve"}), 1},
		{"a main goroutine that waits for its servers", []crowd{
			{counts: n(1), wait: unleak.WaitGroup, stack: "sync.(*WaitGroup).Wait main.main", id: 1, minutes: 900},
			{counts: n(2), wait: ioWait, stack: "net.(*netFD).accept net/http.(*Server).Serve main.main.func1", created: "main.main", minutes: 900}}, 0},
		{"a main goroutine that waits for ever", []crowd{{counts: n(1), wait: unleak.WaitSelectNone, stack: "m.Main main.main", id: 1, minutes: 900}}, 0},
		{"the same in a profile, which has no numbers", []crowd{{counts: n(1), wait: unleak.WaitReceiveNil, stack: "m.Main main.main"}}, 0},
		{"the same, and the runtime calls it leaked", []crowd{{counts: n(1), wait: recv, stack: "m.Main main.main", id: 1, marked: 1}}, 0},
		{"loops that tick", []crowd{ticking, {counts: steadily(40, looks), wait: asleep, stack: "time.Sleep m.(*Poller).loop", created: "m.NewPoller"},
			{counts: steadily(9, looks), wait: recv, stack: "m.(*Meter).tick", created: "m.NewMeter", minutes: 1}, aMainFor(looks)}, 0},
		{"an errgroup that fans out", append(webServer(steadily(40, 12), steadily(5, 12)),
			crowd{counts: drawn(around(80, 8), 12), wait: ioWait, stack: "net.(*conn).Read m.fetch.func1 golang.org/x/sync/errgroup.(*Group).Go.func1"},
			crowd{counts: drawn(around(10, 1), 12), wait: unleak.WaitGroup, stack: "sync.(*WaitGroup).Wait golang.org/x/sync/errgroup.(*Group).Wait m.fetch"},
			crowd{counts: drawn(around(80, 8), 12), wait: send, stack: "m.fetch.func2 golang.org/x/sync/errgroup.(*Group).Go.func1"}), 2},
		{"10,000 websockets that come and go", append(webServer(steadily(40, 12), steadily(5, 12)),
			crowd{counts: drawn(staying(10_000, 0.98), 12), wait: ioWait, stack: "net.(*conn).Read websocket.(*Conn).read m.(*Peer).in", created: "m.Serve", minutes: 80},
			crowd{counts: drawn(staying(10_000, 0.98), 12), wait: sel, stack: "m.(*Peer).out", created: "m.Serve", minutes: 80}), 2},
		{"a lock that is fought for", append(webServer(steadily(40, looks), steadily(5, looks)),
			crowd{counts: n(20, 90, 40, 70, 10, 60), wait: unleak.WaitMutex, stack: "sync.(*Mutex).Lock m.(*Cache).Get m.handle net/http.(*conn).serve"}), 1},
		{"waiting for signals and files", []crowd{
			{counts: n(1), wait: unleak.WaitSyscall, stack: "os/signal.signal_recv os/signal.loop"},
			{counts: n(1), wait: sel, stack: "os/signal.NotifyContext.func1"},
			{counts: n(1), wait: ioWait, stack: "github.com/fsnotify/fsnotify.(*inotify).readEvents"},
			{counts: n(16), wait: unleak.WaitSyscall, stack: "syscall.Syscall6 os.(*File).Read m.tail", minutes: 300}}, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			// All that was watched, and what anyone would see who looks less often.
			for _, looks := range shorter(watch(tt.process)) {
				j := Judge(looks, nil)
				checkSums(t, &j)
				suspects := 0
				for i, line := range told(j.Findings) {
					if suspects++; j.Findings[i].Grade != unleak.Suspect {
						t.Errorf("of %d looks: %s: %v", len(looks), line, j.Findings[i].Impact.Counts)
					}
				}
				if suspects > tt.suspects {
					t.Errorf("of %d looks: %d suspects, want %d at most: %s", len(looks), suspects, tt.suspects, strings.Join(told(j.Findings), "; "))
				}
			}
		})
	}
}

func aMainFor(looks int) crowd {
	c := aMain
	c.counts = steadily(1, looks)
	return c
}

// shorter returns all looks, and each one alone.
func shorter(looks []*Look) [][]*Look {
	all := [][]*Look{looks}
	for _, l := range looks {
		all = append(all, []*Look{l})
	}
	return all
}

// TestHealthyHundreds watches a process of 300 kinds of requests: one in a hundred
// may look as if it grew, and none is said to leak.
func TestHealthyHundreds(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for _, looks := range []int{3, 4, 6, 13} {
		var process []crowd
		for i := range 300 {
			from := around(float64(1+i), 1)
			if i%3 == 0 {
				from = staying(float64(1+i), 0.9)
			}
			process = append(process, crowd{counts: from(r, looks), wait: sel, stack: fmt.Sprintf("m.f%d net/http.(*conn).serve", i)})
		}
		j := Judge(watch(process), nil)
		for i, line := range told(j.Findings) {
			if j.Findings[i].Grade != unleak.Suspect {
				t.Errorf("of %d looks: %s: %v", looks, line, j.Findings[i].Impact.Counts)
			}
		}
		if len(j.Findings) > 6 {
			t.Errorf("of %d looks: %d suspects", looks, len(j.Findings))
		}
	}
}
