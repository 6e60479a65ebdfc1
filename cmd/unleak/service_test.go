// SPDX-License-Identifier: MIT

package main

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"runtime"
	"runtime/metrics"
	"runtime/pprof"
	"sync"
	"time"
)

// service stands in for a user's program in the scripts. It leaks, and then writes a
// profile, or serves net/http/pprof:
//
//	service [-leaks N] [-profile P] [-debug N]
//	service [-leaks N] [-rate N] [-served FILE] -addr FILE
func service() {
	leaks := flag.Int("leaks", 0, "how many goroutines to leak at the start")
	profile := flag.String("profile", "goroutine", "the profile to write")
	debug := flag.Int("debug", 0, "its form")
	addr := flag.String("addr", "", "serve, and write the address to this file")
	rate := flag.Float64("rate", 0, "leak so many more in a second: all that are due when someone looks")
	served := flag.String("served", "", "the file to write when someone has looked three times")
	nothing := flag.Bool("nothing", false, "serve nothing but 404")
	flag.Parse()
	leak(*leaks)
	if *addr == "" {
		check(pprof.Lookup(*profile).WriteTo(os.Stdout, *debug))
		return
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	check(err)
	check(os.WriteFile(*addr, []byte(l.Addr().String()+"\n"), 0o666))
	var mu sync.Mutex
	start, looks, due := time.Now(), 0, 0
	check(http.Serve(l, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if *nothing {
			http.NotFound(w, r)
			return
		}
		if r.URL.Path == "/debug/pprof/goroutine" {
			mu.Lock()
			more := int(*rate*time.Since(start).Seconds()) - due
			due += more
			leak(more)
			if looks++; looks == 3 && *served != "" {
				check(os.WriteFile(*served, nil, 0o666))
			}
			mu.Unlock()
		}
		http.DefaultServeMux.ServeHTTP(w, r)
	})))
}

// leak leaks n goroutines, and returns when all that can wait do.
func leak(n int) {
	for range n {
		ask()
	}
	for !parked() {
		runtime.Gosched()
	}
}

// ask leaks a goroutine: nobody waits for the answer.
func ask() {
	answers := make(chan int)
	go func() {
		answers <- 42
	}()
}

// parked reports whether all goroutines but the caller's wait.
func parked() bool {
	ready := []metrics.Sample{{Name: "/sched/goroutines/runnable:goroutines"}, {Name: "/sched/goroutines/running:goroutines"}}
	metrics.Read(ready)
	return ready[0].Value.Uint64() == 0 && ready[1].Value.Uint64() == 1
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "service:", err)
		os.Exit(1)
	}
}
