// SPDX-License-Identifier: MIT

package tui

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/unleak/unleak"
)

// service makes up the reports on a shop's service: the n-th of looks that are ten
// seconds apart, with about 300 groups, of which a few grow.
func service(n int) []unleak.Message {
	const from = "http://localhost:6060"
	start := time.Date(2026, 3, 14, 3, 12, 5, 0, time.Local)
	total := 1947
	messages := []unleak.Message{{Config: &unleak.Config{Tool: "unleak", Version: "v1.2.3", Command: "inspect", Go: "go1.26.8", Module: "example.com/shop"}}}
	findings := leaks(n)
	for _, f := range findings {
		total += f.Count
	}
	for i := range n {
		s := unleak.Snapshot{From: from, Time: start.Add(time.Duration(i) * 10 * time.Second), Format: "profile", Bytes: 412_000, Goroutines: total - (n-1-i)*140}
		messages = append(messages, unleak.Message{Snapshot: &s})
	}
	for _, g := range groups(n, findings) {
		messages = append(messages, unleak.Message{Group: g})
	}
	messages = append(messages, unleak.Message{Rollup: &unleak.Rollup{By: "creator", Values: []unleak.ValueCount{
		{Value: "shop/notify.(*Hub).Publish", Count: 6012}, {Value: "net/http.(*Server).Serve", Count: 1204},
		{Value: "shop/catalogue.(*Index).refresh", Count: 311}}, Without: 12}})
	var sum unleak.Summary
	for _, f := range findings {
		sum.Count(f)
		messages = append(messages, unleak.Message{Finding: f})
	}
	messages = append(messages, unleak.Message{Loss: &unleak.Loss{Kind: "capped", Message: "The profile keeps 128 frames of a stack; 2 stacks were cut there."}})
	sum.Idle, sum.Total, sum.Losses = 1890, total, 1
	sum.Forecast = &unleak.Forecast{Goroutines: 262_144, Bytes: 2 << 30, PerGoroutine: 8192, PerHour: 50_400, Hours: 5.1}
	return append(messages, unleak.Message{Summary: &sum})
}

// leaks are the findings of the n-th look.
func leaks(n int) []*unleak.Finding {
	grown := func(last, step int) (counts []int) {
		for i := range n {
			counts = append(counts, last-(n-1-i)*step)
		}
		return counts
	}
	publish := unleak.Frame{Func: "example.com/shop/notify.(*Hub).Publish.func1", File: "notify/hub.go", Line: 47, Text: "c.send <- m"}
	hub := &unleak.Finding{Key: "9f86d081884c7d65", Cause: unleak.CauseChanSend, Grade: unleak.Proven, Count: 6012 + (n-7)*120, Wait: unleak.WaitSend,
		Blocked: publish, Entry: publish, Created: &unleak.Frame{Func: "example.com/shop/notify.(*Hub).Publish", File: "notify/hub.go", Line: 45},
		Creators: []unleak.Frame{{Func: "net/http.(*Server).Serve", File: "/usr/local/go/src/net/http/server.go", Line: 3454}},
		Age:      &unleak.Age{Min: 1, Max: 42, Known: 5000},
		Impact:   &unleak.Impact{Share: 0.652, StackBytes: 6012 * 8192, PerHour: 43_200, Counts: grown(6012+(n-7)*120, 120)},
		Evidence: []unleak.Evidence{{Source: unleak.SourceProcess, How: unleak.HowProof, Grade: unleak.Proven, Count: 6012}, {Source: unleak.SourceProcess, How: unleak.HowGrowth, Grade: unleak.Likely, Count: 6012}},
		Explanation: "Publish starts a goroutine for each client that sends on c.send. " +
			"A client that went away receives no more, and nothing else ends the send.",
		Fixes: []unleak.Fix{{Title: "Let the send end with the client: select on c.send and c.done", Edits: []unleak.Edit{{File: "notify/hub.go", Line: 47, End: 47, New: "select {\ncase c.send <- m:\ncase <-c.done:\n}"}}},
			{Title: "Drop the message where the client's buffer is full"}}}
	body := unleak.Frame{Func: "net/http.(*persistConn).readLoop", File: "/usr/local/go/src/net/http/transport.go", Line: 2325}
	warm := &unleak.Finding{Key: "27badc983df1780b", Cause: unleak.CauseHTTPBody, Grade: unleak.Likely, Count: 311 + (n-7)*12, Wait: unleak.WaitSelect,
		Blocked: body, Entry: body, Created: &unleak.Frame{Func: "net/http.(*Transport).dialConn", File: "/usr/local/go/src/net/http/transport.go", Line: 1874},
		Own:         &unleak.Frame{Func: "example.com/shop/catalogue.(*Index).refresh", File: "catalogue/index.go", Line: 118},
		Impact:      &unleak.Impact{Share: 0.034, StackBytes: 311 * 2048, AtLeast: true, PerHour: 4_320, Counts: grown(311+(n-7)*12, 12)},
		Evidence:    []unleak.Evidence{{Source: unleak.SourceProcess, How: unleak.HowGrowth, Grade: unleak.Likely, Count: 311}},
		Explanation: "The response's body is never closed, so that its connection waits for someone to read on.",
		Fixes:       []unleak.Fix{{Title: "Close resp.Body on every path, also where the status is not 200"}}}
	lock := unleak.Frame{Func: "example.com/shop/cart.(*Store).Add", File: "cart/store.go", Line: 61}
	cart := &unleak.Finding{Key: "b7e23ec29af22b0b", Cause: unleak.CauseMutex, Grade: unleak.Suspect, Count: 38, Wait: unleak.WaitMutex,
		Blocked: lock, Entry: unleak.Frame{Func: "net/http.(*conn).serve"}, Age: &unleak.Age{Min: 3, Max: 3, Known: 38},
		Impact:      &unleak.Impact{Share: 0.004, Counts: grown(38, 0)},
		Evidence:    []unleak.Evidence{{Source: unleak.SourceProcess, How: unleak.HowLongWait, Grade: unleak.Suspect, Count: 38}},
		Explanation: "They wait for a lock that goroutine cart.(*Store).flush probably holds; that is a guess."}
	return []*unleak.Finding{hub, warm, cart}
}

// groups are the stacks of the findings, and 300 others.
func groups(n int, findings []*unleak.Finding) []*unleak.Group {
	var all []*unleak.Group
	serve := unleak.Frame{Func: "net/http.(*Server).Serve", File: "/usr/local/go/src/net/http/server.go", Line: 3454}
	for _, f := range findings {
		g := &unleak.Group{Key: f.Key, Count: f.Count, Wait: f.Wait, Created: f.Created, Age: f.Age, Counts: f.Impact.Counts,
			Stack: []unleak.Frame{f.Blocked}}
		if f.Grade == unleak.Proven {
			g.Leaked = f.Count
			g.Labels = map[string][]unleak.ValueCount{"tenant": {{Value: "acme", Count: 4100}, {Value: "globex", Count: 1912}}, "route": {{Value: "POST /orders", Count: f.Count}}}
		}
		if f.Grade == unleak.Suspect {
			g.Stack = []unleak.Frame{{Func: "sync.(*Mutex).Lock", File: "/usr/local/go/src/sync/mutex.go", Line: 46}, f.Blocked,
				{Func: "example.com/shop/api.(*Server).addToCart", File: "api/cart.go", Line: 88},
				{Func: "net/http.HandlerFunc.ServeHTTP", File: "/usr/local/go/src/net/http/server.go", Line: 2322},
				{Func: "github.com/felixge/httpsnoop.CaptureMetricsFn", File: "/root/go/pkg/mod/github.com/felixge/httpsnoop@v1.0.4/capture_metrics.go", Line: 107},
				{Func: "net/http.(*conn).serve", File: "/usr/local/go/src/net/http/server.go", Line: 2109}}
			g.Created = &serve
			other := *g
			other.Count, g.Count = 9, f.Count-9
			other.Stack = append([]unleak.Frame(nil), g.Stack...)
			other.Stack[2] = unleak.Frame{Func: "example.com/shop/api.(*Server).mergeCarts", File: "api/cart.go", Line: 131}
			all = append(all, g, &other)
			continue
		}
		all = append(all, g)
	}
	random := rand.New(rand.NewPCG(1, 2))
	waits := []unleak.Wait{unleak.WaitSelect, unleak.WaitReceive, unleak.WaitIO, unleak.WaitCond, unleak.WaitSleep, unleak.WaitReceiveNil}
	parts := []string{"cart", "billing", "search", "stock", "mail", "report", "session", "price"}
	kinds := []string{"Worker", "Pool", "Watcher", "Queue", "Cache"}
	for i := range 300 {
		part, kind := parts[random.IntN(len(parts))], kinds[random.IntN(len(kinds))]
		loop := fmt.Sprintf("example.com/shop/%s.(*%s).loop%d", part, kind, i)
		file := fmt.Sprintf("%s/%s.go", part, strings.ToLower(kind))
		g := &unleak.Group{Key: fmt.Sprintf("%016x", 0xabc0000+i), Count: 1 + random.IntN(40)*random.IntN(3), Wait: waits[random.IntN(len(waits))],
			Stack:   []unleak.Frame{{Func: loop, File: file, Line: 20 + random.IntN(200)}, {Func: loop + ".func1", File: file, Line: 12}},
			Created: &unleak.Frame{Func: "main.main", File: "cmd/shopd/main.go", Line: 30 + i}}
		if i%3 > 0 {
			g.Idle = "a worker that waits for its next task"
		}
		if i%5 == 0 {
			g.Age = &unleak.Age{Min: 2, Max: 2 + random.IntN(4000), Known: 1}
		}
		for range n {
			g.Counts = append(g.Counts, g.Count)
		}
		all = append(all, g)
	}
	return all
}

// hubSource is the file of the first finding.
const hubSource = `package notify

// Publish hands a message to every client.
func (h *Hub) Publish(m Message) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for c := range h.clients {
		go func() {
			metrics.Queued.Add(1)
			c.send <- m
		}()
	}
}`

// excerpts is a Source that knows one file.
func excerpts(f unleak.Frame) Excerpt {
	if f.File != "notify/hub.go" {
		return Excerpt{}
	}
	return Excerpt{File: "/src/shop/notify/hub.go", First: 38, Lines: strings.Split(hubSource, "\n")}
}
