// SPDX-License-Identifier: MIT

package monitor

import (
	"bytes"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/unleak/unleak/internal/report/html"
	"github.com/unleak/unleak/internal/report/jsonstream"
)

// Handler returns a handler that shows what the monitor of this process knows: as a
// page to browsers, which follows the process, and to others as unleak's JSON stream.
// The query "format", html or json, chooses. "unleak inspect" reads the stream:
//
//	unleak inspect http://localhost:6060/debug/unleak
//
// It is registered nowhere by itself; stacks are for those who run the program, so put
// it where /debug/pprof stands, and not where everybody can reach it. A request takes
// no profile: it shows the last one. Where no monitor runs, or has not looked yet, the
// answer is 503 Service Unavailable.
func Handler() http.Handler { return http.HandlerFunc(serve) }

func serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "no-store")
	h.Set("Vary", "Accept")
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		h.Set("Allow", "GET, HEAD")
		http.Error(w, "there is nothing to change here", http.StatusMethodNotAllowed)
		return
	}
	m := running.Load()
	if m == nil {
		http.Error(w, "no monitor runs in this process: call monitor.Start", http.StatusServiceUnavailable)
		return
	}
	s := m.state.Load()
	if s.report == nil {
		h.Set("Retry-After", strconv.Itoa(int(m.Interval.Seconds())+1))
		http.Error(w, "the monitor has not looked yet: ask again in "+m.Interval.String(), http.StatusServiceUnavailable)
		return
	}
	look := strconv.FormatInt(s.Profiled.UnixMilli(), 36)
	h.Set("ETag", `"`+look+`"`)
	if wantsPage(r) {
		servePage(w, r, s, look)
		return
	}
	h.Set("Content-Type", "application/x-ndjson")
	if r.Method == http.MethodHead {
		return
	}
	if err := jsonstream.Write(w, s.report.Messages(), jsonstream.Options{}); err != nil {
		panic(http.ErrAbortHandler) // a stream that is cut must not read as whole
	}
}

// servePage writes the page, with a policy that forbids it all but itself.
func servePage(w http.ResponseWriter, r *http.Request, s *state, look string) {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", html.Policy(true)+"; frame-ancestors 'none'")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	if r.Method == http.MethodHead {
		return
	}
	var page bytes.Buffer
	if err := html.Write(&page, s.report.Messages(), html.Options{Look: look}); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_, _ = page.WriteTo(w) // whoever asked has gone, if this fails
}

// wantsPage reports whether a browser asks.
func wantsPage(r *http.Request) bool {
	switch r.URL.Query().Get("format") {
	case "html":
		return true
	case "json":
		return false
	}
	return slices.ContainsFunc(r.Header.Values("Accept"), func(s string) bool { return strings.Contains(s, "text/html") })
}
