// SPDX-License-Identifier: MIT

package chanreceive

// GreetFixed is Greet, mended: the loader closes the channel on every way out,
// and the greeter asks whether it got a name.
func GreetFixed(load func() (string, error), say func(name string)) {
	names := make(chan string)
	go func() {
		defer close(names)
		name, err := load()
		if err != nil {
			return
		}
		names <- name
	}()
	go func() {
		if name, ok := <-names; ok {
			say(name)
		}
	}()
}
