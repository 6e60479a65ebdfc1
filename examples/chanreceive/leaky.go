// SPDX-License-Identifier: MIT

// Package chanreceive greets a user as soon as the user's name is loaded.
//
// When loading fails, the loader returns without a word. Nobody else holds the
// channel, so the greeter waits for a name that can no longer come.
package chanreceive

// Greet loads a name and hands it to say, both in the background.
func Greet(load func() (string, error), say func(name string)) {
	names := make(chan string)
	go func() {
		name, err := load()
		if err != nil {
			return // neither a send nor a close
		}
		names <- name
	}()
	go func() {
		say(<-names) // after an error, waits here for ever
	}()
}
