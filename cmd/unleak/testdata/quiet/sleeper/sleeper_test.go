// SPDX-License-Identifier: MIT

// Package sleeper leaves goroutines that take three seconds to end.
package sleeper

import (
	"testing"
	"time"
)

func TestSleep(t *testing.T) {
	go func() { time.Sleep(3 * time.Second) }()
}

func TestSleepInHelper(t *testing.T) {
	t.Parallel()
	go nap(3)
}

// nap sleeps in steps, in a loop with an end.
func nap(seconds int) {
	for range seconds {
		time.Sleep(time.Second)
	}
}

// TestSlowAnswer leaves a receiver that a sleeper will serve.
func TestSlowAnswer(t *testing.T) {
	answer := make(chan int)
	go func() { time.Sleep(3 * time.Second); answer <- 1 }()
	go func() { <-answer }()
}

func TestTimer(t *testing.T) {
	done := make(chan struct{})
	time.AfterFunc(3*time.Second, func() { close(done) })
	go func() { <-done }()
}
