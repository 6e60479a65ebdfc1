// SPDX-License-Identifier: MIT

// Package nilchannel passes events from publishers to a subscriber.
//
// NewHub forgets to make the channels. A send to a nil channel and a receive
// from one do not fail: they wait for ever, whatever the rest of the program
// does.
package nilchannel

// A Hub carries events until it is closed.
type Hub struct {
	events chan string
	closed chan struct{}
}

// NewHub returns a hub for events.
func NewHub() *Hub {
	return &Hub{} // events and closed stay nil
}

// Publish sends an event in the background.
func (h *Hub) Publish(event string) {
	go func() {
		h.events <- event // a nil channel: waits here for ever
	}()
}

// OnClose calls f once the hub is closed.
func (h *Hub) OnClose(f func()) {
	go func() {
		<-h.closed // a nil channel: waits here for ever
		f()
	}()
}

// Next returns the next event.
func (h *Hub) Next() string { return <-h.events }

// Close tells everyone who waits in OnClose.
func (h *Hub) Close() { close(h.closed) }
