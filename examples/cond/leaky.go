// SPDX-License-Identifier: MIT

// Package cond hands items from producers to consumers.
//
// Put adds its item and tells nobody. A consumer that was there before the
// item stays in Wait, beside a queue that is no longer empty.
package cond

import "sync"

// A Queue holds items until somebody takes them.
type Queue struct {
	mu     sync.Mutex
	filled *sync.Cond
	items  []string
}

// NewQueue returns an empty queue.
func NewQueue() *Queue {
	q := new(Queue)
	q.filled = sync.NewCond(&q.mu)
	return q
}

// Put adds an item.
func (q *Queue) Put(item string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.items = append(q.items, item) // a Signal is missing after this line
}

// Get takes an item, and waits for one where there is none.
func (q *Queue) Get() string {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) == 0 {
		q.filled.Wait() // without a Signal, waits here for ever
	}
	item := q.items[0]
	q.items = q.items[1:]
	return item
}

// Consume starts n consumers that use one item each.
func (q *Queue) Consume(n int, use func(item string)) {
	for range n {
		go func() {
			use(q.Get())
		}()
	}
}
