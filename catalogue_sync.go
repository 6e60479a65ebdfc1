// SPDX-License-Identifier: MIT

package unleak

// syncCauses holds the causes that are waits of package sync.
func syncCauses() []CauseText {
	return []CauseText{
		{
			Cause: CauseMutex,
			Title: "a mutex that is never unlocked",
			Meaning: "Lock waits until the holder calls Unlock. Here the holder never will: " +
				"it returned or panicked in between, it is blocked itself, " +
				"or it is the very goroutine that waits, since a Mutex cannot be locked twice. " +
				"Whoever comes later queues up behind it.",
			Remedies: []string{
				"Write defer mu.Unlock() on the line after mu.Lock().",
				"Do nothing that can wait (a channel operation, a request, a callback) while the lock is held.",
				"Where a method that holds the lock calls another that takes it, split off an inner function that expects it held.",
			},
			Before: `type Cache struct {
	mu    sync.Mutex
	items map[string]string
}

func (c *Cache) Get(key string) (string, error) {
	c.mu.Lock()
	item, ok := c.items[key]
	if !ok {
		return "", errors.New("no such item") // still locked
	}
	c.mu.Unlock()
	return item, nil
}`,
			After: `type Cache struct {
	mu    sync.Mutex
	items map[string]string
}

func (c *Cache) Get(key string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	item, ok := c.items[key]
	if !ok {
		return "", errors.New("no such item")
	}
	return item, nil
}`,
		},
		{
			Cause: CauseRWMutex,
			Title: "a read-write lock that is never released",
			Meaning: "Lock waits for every reader to leave, RLock for the writer, and also for a writer that is still waiting. " +
				"So one reader that returns without RUnlock stops all writers, and with them all later readers; " +
				"and a goroutine that calls RLock twice waits for itself if a writer arrives in between.",
			Remedies: []string{
				"Write defer mu.RUnlock() on the line after mu.RLock(), and the same for Lock.",
				"Never take a read lock twice on one path: split off an inner function that expects it held.",
				"Do not turn a read lock into a write lock: release the one, take the other, and look again.",
			},
			Before: `type Settings struct {
	mu     sync.RWMutex
	values map[string]string
}

func (s *Settings) Get(key string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if !s.Has(key) { // a second RLock
		return ""
	}
	return s.values[key]
}

func (s *Settings) Has(key string) bool {
	s.mu.RLock() // stuck if a writer came in between
	defer s.mu.RUnlock()
	_, ok := s.values[key]
	return ok
}`,
			After: `type Settings struct {
	mu     sync.RWMutex
	values map[string]string
}

func (s *Settings) Get(key string) string {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.values[key]
}

func (s *Settings) Has(key string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	_, ok := s.values[key]
	return ok
}`,
		},
		{
			Cause: CauseLockOrder,
			Title: "two locks taken in opposite orders",
			Meaning: "One goroutine holds the first lock and waits for the second; another holds the second and waits for the first. " +
				"Neither can go on, nor can anyone who needs either lock. " +
				"It takes unlucky timing, and so it tends to show under load and not in a quiet test.",
			Remedies: []string{
				"Take locks of the same kind in one fixed order everywhere, such as by an ID.",
				"Hold one lock at a time: copy what you need, unlock, then take the other.",
				"Guard both pieces of data with a single lock.",
			},
			Before: `type Account struct {
	id      int
	mu      sync.Mutex
	balance int
}

func transfer(from, to *Account, amount int) {
	from.mu.Lock()
	defer from.mu.Unlock()
	to.mu.Lock() // held by a transfer the other way round
	defer to.mu.Unlock()
	from.balance -= amount
	to.balance += amount
}`,
			After: `type Account struct {
	id      int
	mu      sync.Mutex
	balance int
}

func transfer(from, to *Account, amount int) {
	first, second := from, to
	if second.id < first.id {
		first, second = second, first
	}
	first.mu.Lock() // always the lower ID first
	defer first.mu.Unlock()
	second.mu.Lock()
	defer second.mu.Unlock()
	from.balance -= amount
	to.balance += amount
}`,
		},
		{
			Cause: CauseWaitGroup,
			Title: "a WaitGroup that never reaches zero",
			Meaning: "Wait returns when there has been one Done for each that Add announced. " +
				"Here some never come: a worker returned or panicked before its Done, is blocked itself, " +
				"or Add was given more than the number of workers started.",
			Remedies: []string{
				"Start the workers with wg.Go (Go 1.25 and later), which does the Add and the Done for you.",
				"Before that, call Add(1) right before each go statement and defer wg.Done() first in the goroutine.",
				"If the workers are stuck too, mend those findings first: this one will end with them.",
			},
			Before: `func fetchAll(urls []string, fetch func(string) error) {
	var wg sync.WaitGroup
	wg.Add(len(urls))
	for _, url := range urls {
		go func() {
			if err := fetch(url); err != nil {
				return // no Done on this path
			}
			wg.Done()
		}()
	}
	wg.Wait()
}`,
			After: `func fetchAll(urls []string, fetch func(string) error) {
	var wg sync.WaitGroup
	for _, url := range urls {
		wg.Go(func() {
			if err := fetch(url); err != nil {
				return
			}
		})
	}
	wg.Wait()
}`,
		},
		{
			Cause: CauseCond,
			Title: "a Cond that nobody signals",
			Meaning: "Wait on a sync.Cond sleeps until someone calls Signal or Broadcast; a call made before that is not remembered. " +
				"Here the state changed without a call, Signal woke one of several waiters, " +
				"or shutdown forgot those who still wait.",
			Remedies: []string{
				"Call Broadcast wherever the state that the waiters test has changed, the closing path included.",
				"Test the state in a loop around Wait, under the lock, and let that test also cover the closed state.",
				"Consider a channel instead: close wakes all, is remembered, and works in a select.",
			},
			Before: `type Queue struct {
	cond   *sync.Cond // on a mutex that guards the rest
	items  []string
	closed bool
}

func (q *Queue) Take() (item string, ok bool) {
	q.cond.L.Lock()
	defer q.cond.L.Unlock()
	for len(q.items) == 0 && !q.closed {
		q.cond.Wait()
	}
	if len(q.items) == 0 {
		return "", false
	}
	item, q.items = q.items[0], q.items[1:]
	return item, true
}

func (q *Queue) Close() {
	q.cond.L.Lock()
	defer q.cond.L.Unlock()
	q.closed = true // and the waiters sleep on
}`,
			After: `type Queue struct {
	cond   *sync.Cond // on a mutex that guards the rest
	items  []string
	closed bool
}

func (q *Queue) Take() (item string, ok bool) {
	q.cond.L.Lock()
	defer q.cond.L.Unlock()
	for len(q.items) == 0 && !q.closed {
		q.cond.Wait()
	}
	if len(q.items) == 0 {
		return "", false
	}
	item, q.items = q.items[0], q.items[1:]
	return item, true
}

func (q *Queue) Close() {
	q.cond.L.Lock()
	defer q.cond.L.Unlock()
	q.closed = true
	q.cond.Broadcast()
}`,
		},
	}
}
