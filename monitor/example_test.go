// SPDX-License-Identifier: MIT

package monitor_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/monitor"
)

func ExampleStart() {
	stop, err := monitor.Start(monitor.Options{}) // findings go to log/slog
	if err != nil {
		log.Fatal(err)
	}
	defer stop()

	s, ok := monitor.Read()
	fmt.Println(ok, len(s.Findings))
	// Output: true 0
}

func ExampleHandler() {
	stop, err := monitor.Start(monitor.Options{})
	if err != nil {
		log.Fatal(err)
	}
	defer stop()

	mux := http.NewServeMux()
	mux.Handle("/debug/unleak", monitor.Handler())

	answer := httptest.NewRecorder()
	mux.ServeHTTP(answer, httptest.NewRequest("GET", "/debug/unleak", nil))
	fmt.Println(answer.Code, answer.Body)
	// Output: 503 the monitor has not looked yet: ask again in 10s
}

func ExampleOptions() {
	stop, err := monitor.Start(monitor.Options{
		MaxGoroutines: 50_000,
		OnFinding: func(f unleak.Finding) {
			fmt.Println(f.Grade, f.Headline())
		},
		Logger: slog.New(slog.DiscardHandler),
	})
	fmt.Println(err)
	stop()
	// Output: <nil>
}

func ExampleOptionError() {
	_, err := monitor.Start(monitor.Options{Interval: time.Millisecond})
	var bad *monitor.OptionError
	fmt.Println(errors.As(err, &bad), bad.Option)
	fmt.Println(err)
	// Output:
	// true Interval
	// monitor.Options.Interval: 1ms is too short; the least is 1s, and 0 means 10s
}

func ExampleOptionError_Error() {
	_, err := monitor.Start(monitor.Options{MemoryShare: 80})
	fmt.Println(err)
	// Output: monitor.Options.MemoryShare: 80 is no share; give one from 0 to 1
}

func ExampleErrRunning() {
	stop, _ := monitor.Start(monitor.Options{})
	defer stop()
	_, err := monitor.Start(monitor.Options{})
	fmt.Println(errors.Is(err, monitor.ErrRunning))
	// Output: true
}

func ExampleRead() {
	s, ok := monitor.Read()
	fmt.Println(s.Goroutines, ok) // none was started
	// Output: 0 false
}

func ExampleStatus() {
	s := monitor.Status{
		Findings: []unleak.Finding{{Grade: unleak.Likely, Count: 240, Wait: unleak.WaitSend, Blocked: unleak.Frame{Func: "shop.quote.func1"}}},
		Forecast: &unleak.Forecast{Goroutines: 50_000, PerHour: 60},
	}
	for _, f := range s.Findings {
		fmt.Println(f.Grade, f.Headline())
	}
	fmt.Println(s.Forecast.Text(s.Goroutines))
	// Output:
	// likely 240 goroutines: chan send in shop.quote.func1
	// the limit is 50,000 goroutines
}

func ExampleNumbers() {
	text, _ := json.Marshal(monitor.Numbers{Goroutines: 12, Waiting: 11, Running: 1, Created: 345, Threads: 9})
	fmt.Println(string(text))
	// Output: {"goroutines":12,"running":1,"runnable":0,"waiting":11,"notInGo":0,"created":345,"threads":9,"stackBytes":0,"sysBytes":0}
}

func ExampleVar() {
	// expvar.Publish("unleak", monitor.Var{}) serves this at /debug/vars.
	fmt.Println(monitor.Var{}) // none was started
	// Output: null
}

func ExampleVar_String() {
	stop, _ := monitor.Start(monitor.Options{})
	defer stop()
	fmt.Println(json.Valid([]byte(monitor.Var{}.String())))
	// Output: true
}
