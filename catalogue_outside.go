// SPDX-License-Identifier: MIT

package unleak

// outsideCauses holds the causes in which a goroutine waits for something that
// was opened and not given back, or for an answer from outside the process.
func outsideCauses() []CauseText {
	return []CauseText{
		{
			Cause: CauseNetworkIO,
			Title: "network I/O without a deadline",
			Meaning: "A read from a connection waits until bytes come, the peer closes, or a deadline passes. " +
				"With no deadline, a peer that is silent holds the goroutine for as long as it likes. " +
				"http.Get and http.DefaultClient have none; where requests start on a timer or per user, the goroutines pile up.",
			Remedies: []string{
				"Set a Timeout on the http.Client, or make the request with a context that has a deadline.",
				"On a net.Conn call SetDeadline before each exchange, or close the connection when the context ends.",
				"Where the far end is often slow, bound the rate and trip a circuit breaker, so that waiting requests cannot pile up.",
			},
			Before: `func ping(url string) {
	go func() {
		resp, err := http.Get(url) // as long as the server likes
		if err != nil {
			log.Print(err)
			return
		}
		resp.Body.Close()
	}()
}`,
			After: `func ping(url string) {
	client := &http.Client{Timeout: 10 * time.Second}
	go func() {
		resp, err := client.Get(url)
		if err != nil {
			log.Print(err)
			return
		}
		resp.Body.Close()
	}()
}`,
		},
		{
			Cause: CauseHTTPBody,
			Title: "an HTTP response body that is never closed",
			Meaning: "Two goroutines of net/http serve each HTTP/1 client connection: readLoop and writeLoop. " +
				"Until the body of a response has been read to its end or closed, they keep the connection, " +
				"which can neither be used again nor be shut down. Each such response adds two goroutines and a socket.",
			Remedies: []string{
				"Write defer resp.Body.Close() right after the error check, whatever the status and even if you do not read the body.",
				"Read the body to its end before closing it, so that the connection can be used again.",
			},
			Before: `func alive(client *http.Client, url string) bool {
	resp, err := client.Get(url)
	if err != nil {
		return false
	}
	return resp.StatusCode == http.StatusOK // the body stays open
}`,
			After: `func alive(client *http.Client, url string) bool {
	resp, err := client.Get(url)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}`,
		},
		{
			Cause: CauseIterPull,
			Title: "an iterator from iter.Pull that is never stopped",
			Meaning: "iter.Pull runs the sequence as a coroutine: a goroutine that is suspended between two calls of next. " +
				"It ends when the sequence is used up or stop is called. " +
				"A caller that leaves early and does not call stop leaves it suspended, and its deferred calls do not run.",
			Remedies: []string{
				"Write defer stop() on the line after iter.Pull; calling it twice, or at the end, does no harm.",
				"Use a plain range loop where you do not need to advance two sequences side by side.",
			},
			Before: `func first[T any](seq iter.Seq[T]) (T, bool) {
	next, _ := iter.Pull(seq) // seq stays suspended
	return next()
}`,
			After: `func first[T any](seq iter.Seq[T]) (T, bool) {
	next, stop := iter.Pull(seq)
	defer stop()
	return next()
}`,
		},
		{
			Cause: CauseSyscall,
			Title: "a system call or C function that does not return",
			Meaning: "The goroutine has left Go code: it waits in the operating system, for a child process, a file lock or a terminal, " +
				"or it runs a C function. Go cannot interrupt such a call. " +
				"The goroutine holds a thread of its own meanwhile, which costs far more than a goroutine that waits on a channel.",
			Remedies: []string{
				"Start child processes with exec.CommandContext and a context that ends; set WaitDelay where the child's own children may keep its output open.",
				"Use the non-blocking form of the call, or the standard library's pollable files and connections, which take deadlines.",
				"Where the call cannot be bounded, move it into a process of its own that can be killed.",
			},
			Before: `func convert(file string) {
	go func() {
		err := exec.Command("convert", file).Run() // no bound
		if err != nil {
			log.Print(err)
		}
	}()
}`,
			After: `func convert(ctx context.Context, file string) {
	go func() {
		ctx, cancel := context.WithTimeout(ctx, time.Minute)
		defer cancel()
		err := exec.CommandContext(ctx, "convert", file).Run()
		if err != nil {
			log.Print(err)
		}
	}()
}`,
		},
	}
}
