// SPDX-License-Identifier: MIT

package rwmutex

import (
	"sync/atomic"
	"testing"

	"github.com/unleak/unleak/examples/internal/settle"
)

var colours = map[string]string{"sky": "blue", "grass": "green", "sun": "yellow"}

// TestLeakySettings leaves a writer and the three readers that came after it.
func TestLeakySettings(t *testing.T) {
	var s Settings
	s.Get("moon")
	s.Set(colours)
	settle.Wait(t) // the writer waits
	s.Show([]string{"sky", "grass", "sun"}, func(value string) { t.Errorf("shown %q", value) })
	settle.Wait(t) // the readers wait behind it
}

func TestFixedSettings(t *testing.T) {
	var s Settings
	s.GetFixed("moon")
	s.Set(colours)
	settle.Wait(t)
	var shown atomic.Int32
	s.ShowFixed([]string{"sky", "grass", "sun"}, func(string) { shown.Add(1) })
	settle.Wait(t)
	if got := shown.Load(); got != 3 {
		t.Errorf("%d values shown, want 3", got)
	}
}
