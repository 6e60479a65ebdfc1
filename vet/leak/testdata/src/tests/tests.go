// SPDX-License-Identifier: MIT

// Package tests has code that tests use.
package tests

import "errors"

func ask(answers chan<- string, question string) {
	if question == "" {
		return
	}
	answers <- question + "!"
}

func load(name string) (string, error) {
	if name == "" {
		return "", errors.New("no name")
	}
	return name, nil
}

// A feed's channels are made by one of its makers, or when it opens.

type feed struct {
	lines chan string
	ended chan struct{}
}

func emptyFeed() *feed { return &feed{} }

func newFeed() *feed {
	return &feed{lines: make(chan string), ended: make(chan struct{})}
}

func (f *feed) open() { f.lines = make(chan string, 4) }

func (f *feed) atEnd(do func()) {
	go func() {
		<-f.ended
		do()
	}()
}

// Who calls this may make the channel at any time.

func readEmpty() *feed {
	f := emptyFeed()
	f.atEnd(func() {})
	return f
}
