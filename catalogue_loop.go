// SPDX-License-Identifier: MIT

package unleak

// loopCauses holds the causes in which a goroutine waits for a stop that does
// not come, or does not listen for one.
func loopCauses() []CauseText {
	return []CauseText{
		{
			Cause: CauseContext,
			Title: "a context that is never cancelled",
			Meaning: "A goroutine that waits on ctx.Done() ends when the context is cancelled or its deadline passes. " +
				"Here neither comes: a path returns without calling cancel, the cancel function was thrown away, " +
				"or the context is context.Background(), whose Done channel is nil.",
			Remedies: []string{
				"Write defer cancel() on the line after the context is made.",
				"Where the goroutine outlives the function, keep cancel in the object that owns it and call it from Close.",
				"Hand the caller's context down instead of starting from context.Background(); in a test, use t.Context().",
			},
			Before: `func watched(work func(context.Context) error) error {
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		<-ctx.Done()
		fmt.Println("over")
	}()
	if err := work(ctx); err != nil {
		return err // without cancel
	}
	cancel()
	return nil
}`,
			After: `func watched(work func(context.Context) error) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		<-ctx.Done()
		fmt.Println("over")
	}()
	return work(ctx)
}`,
		},
		{
			Cause: CauseTicker,
			Title: "a loop over a ticker without a way out",
			Meaning: "A ticker's channel is never closed, not even by Stop. " +
				"A loop that ranges over it, or over time.Tick, goes on until the process ends; " +
				"after Stop it waits for ever.",
			Remedies: []string{
				"Receive the tick in a select beside ctx.Done(), and return from there.",
				"Defer ticker.Stop() in the same function, so that the ticks end with the loop.",
			},
			Before: `func refresh(load func()) {
	ticker := time.NewTicker(time.Minute)
	go func() {
		for range ticker.C { // Stop does not end this loop
			load()
		}
	}()
}`,
			After: `func refresh(ctx context.Context, load func()) {
	ticker := time.NewTicker(time.Minute)
	go func() {
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				load()
			case <-ctx.Done():
				return
			}
		}
	}()
}`,
		},
		{
			Cause: CauseSleepLoop,
			Title: "a loop that sleeps without a way out",
			Meaning: "The goroutine works, sleeps and starts over, and nothing in the loop can end it. " +
				"It wakes up until the process ends, on behalf of an owner that may be long gone. " +
				"time.Sleep cannot be interrupted, so that even a loop that tests a flag ends one sleep late.",
			Remedies: []string{
				"Wait in a select with ctx.Done() and time.After in place of time.Sleep.",
				"Return when there is nothing left to poll for: bound the number of tries.",
			},
			Before: `func poll(check func() error) {
	go func() {
		for {
			if err := check(); err != nil {
				log.Print(err)
			}
			time.Sleep(10 * time.Second)
		}
	}()
}`,
			After: `func poll(ctx context.Context, check func() error) {
	go func() {
		for {
			if err := check(); err != nil {
				log.Print(err)
			}
			select {
			case <-time.After(10 * time.Second):
			case <-ctx.Done():
				return
			}
		}
	}()
}`,
		},
		{
			Cause: CauseBusyLoop,
			Title: "a loop that runs without a way out",
			Meaning: "The goroutine never waits and never returns: it burns a processor for as long as the process lives. " +
				"Usual origins: a break that leaves the select and not the loop around it, " +
				"a receive from a closed channel, which returns at once every time, " +
				"a select with an empty default, or a loop that spins on a flag.",
			Remedies: []string{
				"Leave the loop with return, or with break and a label.",
				"Test the second result of a receive, and stop at a closed channel.",
				"Delete the empty default, so that the select waits until it has something to do.",
			},
			Before: `func drain(jobs <-chan func()) {
	go func() {
		for {
			select {
			case job, ok := <-jobs:
				if !ok {
					break // leaves the select, not the loop
				}
				job()
			}
		}
	}()
}`,
			After: `func drain(jobs <-chan func()) {
	go func() {
		for job := range jobs { // ends when jobs is closed
			job()
		}
	}()
}`,
		},
	}
}
