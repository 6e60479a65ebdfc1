// SPDX-License-Identifier: MIT

// Package parallel has two hundred parallel subtests that run the same code, and
// every fifth of them leaks.
package parallel

import (
	"fmt"
	"testing"
	"time"
)

func TestMany(t *testing.T) {
	for i := range 200 {
		t.Run(fmt.Sprintf("%03d", i), func(t *testing.T) {
			t.Parallel()
			results := make(chan int, 1)
			for range 3 {
				go func() { results <- i }() // three sends
			}
			receive := 2 // and room for one
			if i%5 == 0 {
				receive = 1
			}
			for range receive {
				<-results
			}
			time.Sleep(time.Millisecond)
		})
	}
}
