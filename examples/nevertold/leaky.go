// SPDX-License-Identifier: MIT

// Package nevertold reads sensors in the background.
//
// The goroutines look out for quit, as they should. But Start keeps quit to
// itself and never closes it: whoever has seen enough cannot tell them to stop.
package nevertold

// Start reads all sensors, over and over, and sends what they show.
func Start(sensors ...func() int) <-chan int {
	readings := make(chan int)
	quit := make(chan struct{}) // nobody closes it
	for _, read := range sensors {
		go func() {
			for {
				select { // when nobody takes readings any more, waits here for ever
				case readings <- read():
				case <-quit:
					return
				}
			}
		}()
	}
	return readings
}
