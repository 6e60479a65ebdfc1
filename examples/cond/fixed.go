// SPDX-License-Identifier: MIT

package cond

// PutFixed is Put, mended: it wakes one of those who wait.
func (q *Queue) PutFixed(item string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.items = append(q.items, item)
	q.filled.Signal()
}
