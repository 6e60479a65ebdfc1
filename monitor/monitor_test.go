// SPDX-License-Identifier: MIT

package monitor_test

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/report/jsonstream"
	"github.com/unleak/unleak/monitor"
)

var silent = slog.New(slog.DiscardHandler)

// stacks returns the stacks of all goroutines.
func stacks() string {
	buf := make([]byte, 8<<20)
	return string(buf[:runtime.Stack(buf, true)])
}

// leak is what the tests leak.
func leak(c chan int) { <-c }

// TestProcess watches this process, with its own profiles and metrics, in made time:
// goroutines come and go, and one a minute stays.
func TestProcess(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var found []unleak.Finding
		begin := time.Now()
		var first time.Duration
		stop, err := monitor.Start(monitor.Options{Logger: silent, MaxGoroutines: 100_000, OnFinding: func(f unleak.Finding) {
			if len(found) == 0 {
				first = time.Since(begin)
			}
			found = append(found, f)
		}})
		if err != nil {
			t.Fatal(err)
		}
		defer stop()
		end, never := make(chan struct{}), make(chan int)
		var all sync.WaitGroup
		for i := range 500 {
			all.Go(func() { // whoever ends is followed by another
				for n := i; ; n += 7 {
					done := make(chan struct{})
					go func() {
						time.Sleep(time.Duration(30+n%300) * time.Second)
						close(done)
					}()
					select {
					case <-done:
					case <-end:
						<-done
						return
					}
				}
			})
		}
		for range 120 {
			all.Go(func() { leak(never) })
			time.Sleep(time.Minute)
		}
		s, ok := monitor.Read()
		if !ok || s.Goroutines < 1000 || s.Profiles < 50 || s.Waiting == 0 || s.Threads == 0 || s.StackBytes == 0 || s.Created < 1000 || s.Proofs != 0 {
			t.Errorf("the status is %+v, %t", s, ok)
		}
		if s.Forecast == nil || s.Forecast.Hours < 1000 || s.Forecast.Hours > 3000 {
			t.Errorf("the forecast is %+v, want some 1,650 hours", s.Forecast)
		}
		if len(found) != 1 || found[0].Blocked.Func != "github.com/unleak/unleak/monitor_test.leak" || found[0].Grade != unleak.Likely ||
			found[0].Wait != unleak.WaitReceive || found[0].Evidence[0].How != unleak.HowGrowth {
			t.Errorf("in two hours found %+v", found)
		}
		t.Logf("found after %v, by %d profiles that took %v", first, s.Profiles, s.ProfileTime)
		close(end)
		close(never)
		all.Wait()
	})
}

// TestSelf: the monitor does not find itself, nor whoever asks it, and stop ends all that
// it started.
func TestSelf(t *testing.T) {
	stop, err := monitor.Start(monitor.Options{Interval: time.Second, Logger: silent})
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	r := waitForReport(t)
	for _, g := range r.Groups {
		for _, f := range g.Stack {
			if strings.HasPrefix(f.Func, "github.com/unleak/unleak/monitor.") {
				t.Errorf("a group is its own: %v", g.Stack)
			}
		}
	}
	if r.Summary.Total == 0 || r.Config.Tool != "unleak" || r.Config.Command != "monitor" || r.Config.Go != runtime.Version() {
		t.Errorf("config %+v, summary %+v", r.Config, r.Summary)
	}
	if !strings.Contains(stacks(), "monitor.(*watcher).run") {
		t.Error("its goroutine has another name than this test believes")
	}
	stop()
	if all := stacks(); strings.Contains(all, "/monitor.(") || strings.Contains(all, "/monitor.Start") {
		t.Errorf("after stop:\n%s", all)
	}
	stop() // once more does nothing
	if _, ok := monitor.Read(); ok {
		t.Error("Read knows something after stop")
	}
}

// TestStart: there is one monitor in a process; and stop may be called by OnFinding.
func TestStart(t *testing.T) {
	var bad *monitor.OptionError
	if stop, err := monitor.Start(monitor.Options{Interval: -1}); !errors.As(err, &bad) {
		t.Errorf("error %v", err)
	} else {
		stop()
	}
	synctest.Test(t, func(t *testing.T) {
		never := make(chan struct{})
		stops := make(chan func(), 1)
		called := make(chan struct{})
		stop, err := monitor.Start(monitor.Options{Logger: silent, MaxGoroutines: 1, OnFinding: func(unleak.Finding) {
			(<-stops)()
			close(called)
		}})
		if err != nil {
			t.Fatal(err)
		}
		stops <- stop
		if _, err := monitor.Start(monitor.Options{}); !errors.Is(err, monitor.ErrRunning) {
			t.Errorf("a second one: error %v", err)
		}
		for range 100 {
			go func() { <-never }()
		}
		<-called
		synctest.Wait()
		if _, ok := monitor.Read(); ok {
			t.Error("it runs on")
		}
		close(never)
	})
	stop, err := monitor.Start(monitor.Options{})
	if err != nil {
		t.Errorf("after stop: %v", err)
	}
	stop()
}

// get asks the handler.
func get(method, url string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, url, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	monitor.Handler().ServeHTTP(w, r)
	return w
}

// waitForReport returns what the handler serves once the monitor has looked.
func waitForReport(t *testing.T) *unleak.Report {
	t.Helper()
	for {
		w := get("GET", "/debug/unleak")
		if w.Code == http.StatusServiceUnavailable {
			if err := t.Context().Err(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(20 * time.Millisecond)
			continue
		}
		r := new(unleak.Report)
		for m, err := range jsonstream.Read(bytes.NewReader(w.Body.Bytes())) {
			if err != nil {
				t.Fatalf("%v in %s", err, w.Body)
			}
			r.Add(m)
		}
		return r
	}
}

func TestHandler(t *testing.T) {
	if w := get("GET", "/"); w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "monitor.Start") {
		t.Errorf("without a monitor: %d %s", w.Code, w.Body)
	}
	end := make(chan struct{})
	var all sync.WaitGroup
	defer all.Wait()
	defer close(end)
	for range 60 {
		all.Go(func() { <-end })
	}
	stop, err := monitor.Start(monitor.Options{Interval: time.Second, MaxGoroutines: 20, Logger: silent})
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	if w := get("GET", "/"); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("before the first look: %d %s", w.Code, w.Body)
	}
	r := waitForReport(t)
	if len(r.Findings) != 1 || len(r.Snapshots) == 0 || r.Summary.Forecast == nil || r.Summary.Suspect != 1 {
		t.Errorf("the report has findings %+v, snapshots %+v, summary %+v", r.Findings, r.Snapshots, r.Summary)
	}

	json, page := get("GET", "/"), get("GET", "/", "Accept", "text/html,application/xhtml+xml,*/*;q=0.8")
	for _, tt := range []struct {
		name, typ, begins string
		w                 *httptest.ResponseRecorder
	}{
		{"a program", "application/x-ndjson", `{"config":{"tool":"unleak"`, json},
		{"a browser", "text/html; charset=utf-8", "<!doctype html>", page},
		{"a browser that wants JSON", "application/x-ndjson", `{"config":{"tool":"unleak"`, get("GET", "/?format=json", "Accept", "text/html")},
		{"a program that wants the page", "text/html; charset=utf-8", "<!doctype html>", get("GET", "/?format=html")},
		{"what the page asks", "text/html; charset=utf-8", "", get("HEAD", "/", "Accept", "text/html")},
		{"what a script asks", "application/x-ndjson", "", get("HEAD", "/")},
	} {
		got, _ := io.ReadAll(tt.w.Result().Body)
		h := tt.w.Result().Header
		if tt.w.Code != 200 || h.Get("Content-Type") != tt.typ || !strings.HasPrefix(strings.ToLower(string(got)), tt.begins) || tt.begins == "" && len(got) > 0 {
			t.Errorf("%s: %d %v %.100s", tt.name, tt.w.Code, h, got)
		}
		if h.Get("ETag") == "" || h.Get("ETag") != json.Result().Header.Get("ETag") || h.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: header %v", tt.name, h)
		}
	}
	if policy := page.Result().Header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") {
		t.Errorf("the policy is %q", policy)
	}
	if w := get("POST", "/"); w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: %d %v", w.Code, w.Header())
	}
}

// TestHandlerTogether lets several ask while the monitor looks: the race detector
// watches.
func TestHandlerTogether(t *testing.T) {
	stop, err := monitor.Start(monitor.Options{Interval: time.Second, Logger: silent})
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	waitForReport(t)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 3 {
				get("GET", "/?format=html")
				get("GET", "/")
				if s := (monitor.Var{}).String(); !strings.HasPrefix(s, `{"started":`) {
					t.Errorf("the variable is %s", s)
				}
			}
		})
	}
	all.Wait()
}
