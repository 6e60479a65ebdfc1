// SPDX-License-Identifier: MIT

package nilchannel

import (
	"testing"

	"github.com/unleak/unleak/examples/internal/settle"
)

// TestLeakyPublish leaves one goroutine that sends to a nil channel.
func TestLeakyPublish(t *testing.T) {
	NewHub().Publish("started")
	settle.Wait(t)
}

// TestLeakyOnClose leaves one goroutine that receives from a nil channel.
func TestLeakyOnClose(t *testing.T) {
	NewHub().OnClose(func() { t.Error("nobody closed the hub") })
	settle.Wait(t)
}

func TestFixedHub(t *testing.T) {
	hub := NewHubFixed()
	closed := make(chan struct{})
	hub.OnClose(func() { close(closed) })
	hub.Publish("started")
	if got := hub.Next(); got != "started" {
		t.Errorf("Next = %q, want started", got)
	}
	hub.Close()
	<-closed
	settle.Wait(t)
}
