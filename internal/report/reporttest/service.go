// SPDX-License-Identifier: MIT

// Package reporttest makes JSON streams for the tests of what shows them.
package reporttest

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/unleak/unleak"
)

// Service returns what `unleak inspect` would tell of a web shop that leaks, by
// three snapshots, in n groups: a leak of 9,000 goroutines on a channel, another
// that grows, a queue at a lock, requests in work, workers, a database pool and idle
// connections. It is the same at each call.
func Service(n int) []unleak.Message {
	groups := slices.Concat(leaks(), background())
	for i := 0; len(groups) < n; i++ {
		groups = append(groups, request(i))
	}
	groups = groups[:n]
	slices.SortStableFunc(groups, func(a, b unleak.Group) int {
		return cmp.Or(cmp.Compare(rank(b), rank(a)), cmp.Compare(b.Count, a.Count))
	})
	var total, idle int
	totals := make([]int, snapshots)
	for i := range groups {
		g := &groups[i]
		like := unleak.Goroutine{Wait: g.Wait, Stack: g.Stack}
		g.Key = like.Key().ID()
		total += g.Count
		if g.Idle != "" {
			idle += g.Count
		}
		for i, c := range g.Counts {
			totals[i] += c
		}
	}
	stream := []unleak.Message{{Config: &unleak.Config{Tool: "unleak", Version: "v0.2.0", Command: "inspect", Go: "go1.26.8", Module: module}}}
	start := time.Date(2026, 5, 4, 3, 12, 0, 0, time.UTC)
	for i, c := range totals {
		stream = append(stream, unleak.Message{Snapshot: &unleak.Snapshot{
			From: "http://shop-7f9c:6060/debug/pprof/goroutine", Time: start.Add(time.Duration(i) * 10 * time.Minute), Format: "profile",
			Bytes: int64(90_000 + i*1_300), Goroutines: c, Memory: &unleak.Memory{Stack: int64(c) * 4300, Sys: 412 << 20},
		}})
	}
	findings := findings(groups, total)
	found := 0
	for i := range findings {
		found += findings[i].Count
		stream = append(stream, unleak.Message{Finding: &findings[i]})
	}
	for i := range groups {
		stream = append(stream, unleak.Message{Group: &groups[i]})
	}
	for _, r := range rollups(groups, total) {
		stream = append(stream, unleak.Message{Rollup: &r})
	}
	summary := &unleak.Summary{
		Idle: idle, Running: total - idle - found, Total: total, Losses: 1,
		Forecast: &unleak.Forecast{Goroutines: 499_322, Bytes: 2 << 30, PerGoroutine: 4300, PerHour: 16_842, Hours: float64(499_322-total) / 16_842},
	}
	for i := range findings {
		summary.Count(&findings[i])
	}
	return append(stream,
		unleak.Message{Loss: &unleak.Loss{Kind: "capped", Message: "A profile has at most 128 frames of a stack; 2 stacks were cut there. Capture with -full to see them whole."}},
		unleak.Message{Summary: summary})
}

const (
	module    = "example.com/shop"
	snapshots = 3
)

// rank puts the groups of findings first and those that idle last.
func rank(g unleak.Group) int {
	switch {
	case g.Idle != "":
		return -1
	case g.Leaked > 0:
		return 2
	case g.Age != nil && g.Age.Max > 60:
		return 1
	}
	return 0
}

// frame makes a frame; files of the module are relative to its root.
func frame(function, file string, line int) unleak.Frame {
	return unleak.Frame{Func: function, File: file, Line: line}
}

// std makes a frame of the standard library.
func std(function, file string, line int) unleak.Frame {
	return frame(function, "/usr/local/go/src/"+file, line)
}

// served is the outer part of a request's stack, innermost first.
func served() []unleak.Frame {
	return []unleak.Frame{
		std("net/http.HandlerFunc.ServeHTTP", "net/http/server.go", 2322),
		frame(module+"/web.(*Server).traced.func1", "web/middleware.go", 41),
		std("net/http.HandlerFunc.ServeHTTP", "net/http/server.go", 2322),
		frame(module+"/web.(*Server).authenticated.func1", "web/middleware.go", 77),
		std("net/http.HandlerFunc.ServeHTTP", "net/http/server.go", 2322),
		std("net/http.(*ServeMux).ServeHTTP", "net/http/server.go", 2861),
		std("net/http.serverHandler.ServeHTTP", "net/http/server.go", 3340),
		std("net/http.(*conn).serve", "net/http/server.go", 2109),
	}
}

var serve = std("net/http.(*Server).Serve", "net/http/server.go", 3493)

// group makes a group whose number was grown by in each of the last snapshots.
func group(count, growth int, wait unleak.Wait, created unleak.Frame, stack ...unleak.Frame) unleak.Group {
	g := unleak.Group{Count: count, Wait: wait, Stack: stack, Created: &created}
	for i := range snapshots {
		g.Counts = append(g.Counts, max(0, count-growth*(snapshots-1-i)))
	}
	return g
}

// leaks are the groups of the findings.
func leaks() []unleak.Group {
	hub := group(9000, 2700, unleak.WaitSend, frame(module+"/notify.(*Hub).Broadcast", "notify/hub.go", 61),
		frame(module+"/notify.(*Hub).Broadcast.func1", "notify/hub.go", 63))
	hub.Leaked, hub.Age = 9000, &unleak.Age{Min: 1, Max: 412, Known: 8911}
	hub.Labels = map[string][]unleak.ValueCount{"tenant": {{Value: "acme", Count: 5210}, {Value: "initech", Count: 2804}, {Value: "hooli", Count: 986}}}
	watch := group(640, 107, unleak.WaitSelect, frame(module+"/stock.(*Client).Watch", "stock/watch.go", 30),
		frame(module+"/stock.(*Client).poll", "stock/watch.go", 48), frame(module+"/stock.(*Client).Watch.func2", "stock/watch.go", 33))
	watch.Age = &unleak.Age{Min: 2, Max: 388, Known: 610}
	lock := group(118, 4, unleak.WaitMutex, serve, append([]unleak.Frame{
		std("internal/sync.runtime_SemacquireMutex", "runtime/sema.go", 95),
		std("internal/sync.(*Mutex).lockSlow", "internal/sync/mutex.go", 149),
		std("sync.(*Mutex).Lock", "sync/mutex.go", 46),
		frame(module+"/cache.(*LRU[...]).Get", "cache/lru.go", 52),
		frame(module+"/catalog.(*Catalog).Item", "catalog/catalog.go", 118),
		frame(module+"/web.(*Server).item", "web/item.go", 24),
	}, served()...)...)
	lock.Age = &unleak.Age{Min: 61, Max: 64, Known: 118}
	return []unleak.Group{hub, watch, lock}
}

// background is what such a process has besides requests.
func background() []unleak.Group {
	poll := []unleak.Frame{
		std("internal/poll.runtime_pollWait", "runtime/netpoll.go", 351),
		std("internal/poll.(*pollDesc).wait", "internal/poll/fd_poll_runtime.go", 84),
		std("internal/poll.(*FD).Read", "internal/poll/fd_unix.go", 165),
		std("net.(*netFD).Read", "net/fd_posix.go", 68),
		std("net.(*conn).Read", "net/net.go", 196),
	}
	idle := func(g unleak.Group, why string) unleak.Group {
		g.Idle = why
		return g
	}
	dial := std("net/http.(*Transport).dialConn", "net/http/transport.go", 1945)
	return []unleak.Group{
		idle(group(212, 3, unleak.WaitIO, dial, append(slices.Clone(poll),
			std("net/http.(*persistConn).Read", "net/http/transport.go", 2125), std("bufio.(*Reader).fill", "bufio/bufio.go", 113),
			std("bufio.(*Reader).Peek", "bufio/bufio.go", 152), std("net/http.(*persistConn).readLoop", "net/http/transport.go", 2278))...),
			"an idle connection of an HTTP client"),
		idle(group(212, 3, unleak.WaitSelect, dial, std("net/http.(*persistConn).writeLoop", "net/http/transport.go", 2600)), "an idle connection of an HTTP client"),
		idle(group(340, -6, unleak.WaitIO, serve, append(slices.Clone(poll),
			std("net/http.(*connReader).Read", "net/http/server.go", 798), std("bufio.(*Reader).fill", "bufio/bufio.go", 113),
			std("bufio.(*Reader).Peek", "bufio/bufio.go", 152), std("net/http.(*conn).serve", "net/http/server.go", 2142))...),
			"an idle connection of an HTTP server"),
		group(64, 0, unleak.WaitReceive, frame(module+"/queue.Start", "queue/pool.go", 22), frame(module+"/queue.(*Pool).work", "queue/pool.go", 40)),
		idle(group(1, 0, unleak.WaitSelect, std("database/sql.OpenDB", "database/sql/sql.go", 841), std("database/sql.(*DB).connectionOpener", "database/sql/sql.go", 1261)),
			"a database's connection opener"),
		idle(group(1, 0, unleak.WaitIO, frame("runtime.main", "/usr/local/go/src/runtime/proc.go", 290), std("internal/poll.runtime_pollWait", "runtime/netpoll.go", 351),
			std("net.(*TCPListener).Accept", "net/tcpsock.go", 380), serve, std("net/http.ListenAndServe", "net/http/server.go", 3665), frame("main.main", "main.go", 58)),
			"the main goroutine"),
		group(1, 0, unleak.WaitSleep, frame("main.main", "main.go", 49), std("time.Sleep", "runtime/time.go", 363), frame(module+"/stock.(*Client).refresh", "stock/client.go", 90)),
		group(3, 1, unleak.WaitRunning, serve, append([]unleak.Frame{std("encoding/json.(*encodeState).marshal", "encoding/json/encode.go", 298),
			std("encoding/json.Marshal", "encoding/json/encode.go", 163), frame(module+"/web.(*Server).orders", "web/orders.go", 71)}, served()...)...),
	}
}

// request makes a group of requests in work: one of many handlers waits for one of
// many things.
func request(i int) unleak.Group {
	areas := []string{"cart", "checkout", "search", "orders", "account", "review", "image", "price", "invoice", "shipping", "returns", "gift"}
	verbs := []string{"Load", "Save", "List", "Find", "Count", "Expire", "Merge", "Lock", "Export", "Audit"}
	area, verb := areas[i%len(areas)], verbs[(i/3)%len(verbs)]
	handler := frame(fmt.Sprintf("%s/web.(*Server).%s%d", module, area, i%7), "web/"+area+".go", 20+i%90)
	store := frame(fmt.Sprintf("%s/%s.(*Store).%s", module, area, verb), area+"/store.go", 40+i%120)
	var inner []unleak.Frame
	wait := unleak.WaitIO
	switch i % 4 {
	case 0, 1:
		inner = []unleak.Frame{
			std("internal/poll.runtime_pollWait", "runtime/netpoll.go", 351), std("internal/poll.(*FD).Read", "internal/poll/fd_unix.go", 165),
			std("net.(*conn).Read", "net/net.go", 196), std("bufio.(*Reader).Read", "bufio/bufio.go", 245), std("io.ReadAtLeast", "io/io.go", 335),
			pgx("pgconn.(*PgConn).receiveMessage", "pgconn/pgconn.go", 590), pgx("pgconn.(*ResultReader).NextRow", "pgconn/pgconn.go", 1502),
			pgx("(*Conn).Query", "conn.go", 755), std("database/sql.ctxDriverStmtQuery", "database/sql/ctxutil.go", 82),
			std("database/sql.(*DB).QueryContext", "database/sql/sql.go", 1764),
		}
	case 2:
		wait = unleak.WaitSelect
		inner = []unleak.Frame{std("database/sql.(*DB).conn", "database/sql/sql.go", 1369), std("database/sql.(*DB).QueryContext", "database/sql/sql.go", 1764)}
	default:
		wait = unleak.WaitGroup
		inner = []unleak.Frame{std("sync.runtime_SemacquireWaitGroup", "runtime/sema.go", 114), std("sync.(*WaitGroup).Wait", "sync/waitgroup.go", 118),
			frame("golang.org/x/sync/errgroup.(*Group).Wait", "/root/go/pkg/mod/golang.org/x/sync@v0.22.0/errgroup/errgroup.go", 56)}
	}
	for depth := range i % 6 {
		inner = append(inner, frame(fmt.Sprintf("%s/%s.(*Store).%s.func%d", module, area, verb, depth+1), area+"/store.go", 60+depth))
	}
	g := group(1+(i*i*7)%23, (i%3)-1, wait, serve, slices.Concat(inner, []unleak.Frame{store, handler}, served())...)
	g.Labels = map[string][]unleak.ValueCount{"route": {{Value: "/" + area, Count: g.Count}}, "tenant": {{Value: []string{"acme", "initech", "hooli"}[i%3], Count: g.Count}}}
	return g
}

// pgx makes a frame of a database driver.
func pgx(function, file string, line int) unleak.Frame {
	const path = "github.com/jackc/pgx/v5"
	sep := "."
	if file[:2] == "pg" {
		sep = "/"
	}
	return frame(path+sep+function, "/root/go/pkg/mod/"+path+"@v5.9.1/"+file, line)
}
