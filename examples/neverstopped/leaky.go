// SPDX-License-Identifier: MIT

// Package neverstopped writes a log in the background.
//
// A Logger starts a goroutine and has a Stop that ends it. Serve makes a logger
// for each request and never calls Stop.
package neverstopped

import (
	"fmt"
	"io"
)

// A Logger writes lines in the background until it is stopped.
type Logger struct {
	w     io.Writer
	lines chan string
	quit  chan struct{}
	ended chan struct{}
}

// NewLogger returns a logger that writes to w. Call Stop when done with it.
func NewLogger(w io.Writer) *Logger {
	l := &Logger{
		w:     w,
		lines: make(chan string),
		quit:  make(chan struct{}),
		ended: make(chan struct{}),
	}
	go l.run()
	return l
}

func (l *Logger) run() {
	defer close(l.ended)
	for {
		select { // without Stop, waits here for ever
		case line := <-l.lines:
			fmt.Fprintln(l.w, line)
		case <-l.quit:
			return
		}
	}
}

// Print writes one line.
func (l *Logger) Print(line string) { l.lines <- line }

// Stop ends the logger and returns when all is written.
func (l *Logger) Stop() {
	close(l.quit)
	<-l.ended
}

// Serve answers a request and logs it to w.
func Serve(w io.Writer, request string) {
	log := NewLogger(w) // nobody stops it
	log.Print("got " + request)
	log.Print("answered " + request)
}
