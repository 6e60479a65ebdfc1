// SPDX-License-Identifier: MIT

//go:build goexperiment.synctest

package main

import (
	"testing/synctest"
	"time"
)

// bubble starts one goroutine in a bubble, of which Go 1.24 says "synctest group"
// with the number of the goroutine that runs it.
func bubble() bool {
	know := start()
	go func() {
		g := here("synctest.Run")
		g.Bubble = g.ID
		g.Stack[0].Line += 3
		waiting <- g
		synctest.Run(inBubble)
	}()
	know()
	g := <-waiting
	g.Creator = known[len(known)-1].ID
	g.Bubble = g.Creator
	g.Created = &frame{Func: "internal/synctest.Run"}
	known = append(known, g)
	time.Sleep(300 * time.Millisecond)
	return true
}

var outside = make(chan int)

// inBubble waits for what is not in the bubble, or the runtime sees a deadlock.
func inBubble() {
	waiting <- here("chan receive")
	<-outside
}
