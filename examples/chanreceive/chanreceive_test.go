// SPDX-License-Identifier: MIT

package chanreceive

import (
	"errors"
	"testing"

	"github.com/unleak/unleak/examples/internal/settle"
)

func fail() (string, error) { return "", errors.New("no such user") }

// TestLeakyGreet leaves one greeter that waits for a name.
func TestLeakyGreet(t *testing.T) {
	Greet(fail, func(name string) { t.Errorf("said %q", name) })
	settle.Wait(t)
}

func TestFixedGreet(t *testing.T) {
	GreetFixed(fail, func(name string) { t.Errorf("said %q", name) })
	settle.Wait(t)
}

func TestFixedGreetSays(t *testing.T) {
	said := make(chan string, 1)
	GreetFixed(func() (string, error) { return "Ada", nil }, func(name string) { said <- name })
	if got := <-said; got != "Ada" {
		t.Errorf("said %q, want Ada", got)
	}
	settle.Wait(t)
}
