// SPDX-License-Identifier: MIT

package objects

import "fmt"

type Logger struct {
	lines chan string
	quit  chan struct{}
	Level int
}

func New() *Logger {
	l := &Logger{lines: make(chan string), quit: make(chan struct{})}
	go l.run()
	return l
}

// Open may fail.
func Open(name string) (*Logger, error) {
	if name == "" {
		return nil, fmt.Errorf("no name")
	}
	return New(), nil
}

func (l *Logger) run() {
	for {
		select {
		case s := <-l.lines:
			fmt.Println(s)
		case <-l.quit:
			return
		}
	}
}

func (l *Logger) Print(s string) { l.lines <- s }
func (l *Logger) Stop()          { close(l.quit) }

var all []*Logger

func (l *Logger) Register() { all = append(all, l) }

func Drop() {
	New().Print("on") // want `never-stopped: nobody calls Stop of this Logger, whose goroutine goes on  \[likely\]`
}

func ByHand() {
	l := New()
	close(l.quit)
}

// A Starter has a method that starts.
type Starter struct{ end chan struct{} }

func (s *Starter) Start() { go func() { <-s.end }() }
func (s *Starter) stop()  { close(s.end) }

func DropStarter() {
	s := &Starter{end: make(chan struct{})}
	s.Start() // want `never-stopped: nobody calls stop of this Starter`
}

func KeepStarter() {
	s := &Starter{end: make(chan struct{})}
	s.Start()
	s.stop()
}

func GivenEnd(end chan struct{}) {
	s := &Starter{end: end}
	s.Start()
}

func Passed(s *Starter) { s.Start() }
