// SPDX-License-Identifier: MIT

// Package notify listens for signals for as long as the process lives.
package notify

import (
	"os"
	"os/signal"
	"sync"
	"testing"
)

var listen = sync.OnceFunc(func() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt)
	go func() {
		for range c {
			println("interrupted")
		}
	}()
})

func TestListen(t *testing.T)      { listen() }
func TestListenAgain(t *testing.T) { listen() }

func TestNotify(t *testing.T) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt)
}
