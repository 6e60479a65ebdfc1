// SPDX-License-Identifier: MIT

package unleak

// lifetimeCauses holds the causes in which nobody looks after a goroutine's end.
func lifetimeCauses() []CauseText {
	return []CauseText{
		{
			Cause: CauseUnboundedSpawn,
			Title: "goroutines that start faster than they end",
			Meaning: "Each request, message or tick starts a goroutine, and nothing bounds how many run at once. " +
				"No single one is stuck; but as soon as the work takes longer than the pause between two arrivals, " +
				"their number grows until memory or a downstream service gives out.",
			Remedies: []string{
				"Take a slot from a buffered channel before each go statement, so that the source waits when all slots are in use.",
				"Start a fixed number of workers that range over one queue.",
				"Give each piece of work a deadline, and refuse work when the queue is full.",
			},
			Before: `func serve(jobs <-chan func()) {
	for job := range jobs {
		go job() // however many are running already
	}
}`,
			After: `func serve(jobs <-chan func()) {
	slots := make(chan struct{}, 16)
	for job := range jobs {
		slots <- struct{}{} // waits while 16 are running
		go func() {
			defer func() { <-slots }()
			job()
		}()
	}
}`,
		},
		{
			Cause: CauseNeverStopped,
			Title: "an object that is never stopped",
			Meaning: "The object started a goroutine when it was made, and has a Stop, Close or Shutdown to end it. " +
				"Here that call never comes: the object went out of use and the goroutine stays, " +
				"and as it refers to the object, the garbage collector keeps both.",
			Remedies: []string{
				"Call Close where the object's life ends: in a defer, or in t.Cleanup in a test.",
				"Where one object owns another, let its Close close what it owns.",
				"Share one object instead of making one for each call.",
			},
			Before: `type Cache struct{ stop chan struct{} }

func NewCache() *Cache {
	c := &Cache{stop: make(chan struct{})}
	go c.evict()
	return c
}

func (c *Cache) Close() { close(c.stop) }

func (c *Cache) evict() { <-c.stop }

func handle() {
	cache := NewCache() // one goroutine for each call
	_ = cache
}`,
			After: `type Cache struct{ stop chan struct{} }

func NewCache() *Cache {
	c := &Cache{stop: make(chan struct{})}
	go c.evict()
	return c
}

func (c *Cache) Close() { close(c.stop) }

func (c *Cache) evict() { <-c.stop }

func handle() {
	cache := NewCache()
	defer cache.Close()
}`,
		},
		{
			Cause: CauseUnknown,
			Title: "a wait that has no entry here",
			Meaning: "The goroutine outlived the work that it was started for, and its wait and its stack fit none of the other causes. " +
				"The stack tells where it waits, the creation site who started it.",
			Remedies: []string{
				"Begin at the creation site: find out what should end this goroutine, and when.",
				"Give each goroutine two things where it is started: a context that ends it, and a WaitGroup that waits for its end.",
				"If it is meant to live as long as the process, start it once, outside the tests, or set it aside with an ignore rule.",
			},
			Before: `func start(work func()) {
	go work() // what ends it, and who waits for that?
}`,
			After: `func start(work func(context.Context)) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { work(ctx) })
	return func() {
		cancel()
		running.Wait()
	}
}`,
		},
	}
}
