// SPDX-License-Identifier: MIT

package unleak

// chanCauses holds the causes that are waits on channels.
func chanCauses() []CauseText {
	return []CauseText{
		{
			Cause: CauseChanSend,
			Title: "a send that nobody receives",
			Meaning: "A send waits until another goroutine receives the value, or until the channel's buffer has room. " +
				"Here every receiver is gone: it took the first answer and left, returned on an error or a time-out, " +
				"or expected one value where two are sent. " +
				"The sender, its stack and all that it refers to stay until the process ends.",
			Remedies: []string{
				"Give the channel a buffer with room for every value that will ever be sent, so that no send waits.",
				"Put the send into a select with ctx.Done(), and return when the context ends.",
				"Receive until the senders are done, even if the first answer is the only one you use.",
			},
			Before: `func first(queries []func() string) string {
	answers := make(chan string)
	for _, query := range queries {
		go func() { answers <- query() }() // all but one wait here
	}
	return <-answers
}`,
			After: `func first(queries []func() string) string {
	answers := make(chan string, len(queries)) // room for every answer
	for _, query := range queries {
		go func() { answers <- query() }()
	}
	return <-answers
}`,
		},
		{
			Cause: CauseChanReceive,
			Title: "a receive that nobody sends to",
			Meaning: "A receive waits until a value is sent or the channel is closed. " +
				"Here nobody is left who could do either: the sender returned on a path that neither sends nor closes, " +
				"panicked, or was never started.",
			Remedies: []string{
				"Let the sender close the channel in a defer, so that the receiver goes on whichever way the sender ends.",
				"Send exactly one result on every path, errors included.",
				"Put the receive into a select with ctx.Done(), and return when the context ends.",
			},
			Before: `func show(fetch func() (string, error)) {
	result := make(chan string, 1)
	go func() {
		text, err := fetch()
		if err != nil {
			return // neither sends nor closes
		}
		result <- text
	}()
	go func() { fmt.Println(<-result) }()
}`,
			After: `func show(fetch func() (string, error)) {
	result := make(chan string, 1)
	go func() {
		defer close(result) // on every path
		text, err := fetch()
		if err != nil {
			return
		}
		result <- text
	}()
	go func() {
		if text, ok := <-result; ok {
			fmt.Println(text)
		}
	}()
}`,
		},
		{
			Cause: CauseChanRange,
			Title: "a range over a channel that is never closed",
			Meaning: "A range over a channel ends when the channel is closed, and only then. " +
				"Here the senders are finished and none of them has closed it, " +
				"so that each goroutine in such a loop waits for a next value that does not come.",
			Remedies: []string{
				"Close the channel where the last value has been sent: in a defer of the only sender, or after waiting for all senders.",
				"Where no sender can know that it is the last, give the loop a select with ctx.Done().",
			},
			Before: `func run(jobs []func()) {
	queue := make(chan func())
	for range 4 {
		go func() {
			for job := range queue { // waits for more, for ever
				job()
			}
		}()
	}
	for _, job := range jobs {
		queue <- job
	}
}`,
			After: `func run(jobs []func()) {
	queue := make(chan func())
	defer close(queue) // ends the workers' loops
	for range 4 {
		go func() {
			for job := range queue {
				job()
			}
		}()
	}
	for _, job := range jobs {
		queue <- job
	}
}`,
		},
		{
			Cause: CauseNilChannel,
			Title: "a send or receive on a nil channel",
			Meaning: "A channel that was declared but never made is nil. " +
				"A send or a receive on a nil channel waits for ever, in every program: setting the variable later does not wake it. " +
				"The usual origin is a struct field that the zero value leaves nil, or a variable that only one branch assigns.",
			Remedies: []string{
				"Make the channel in the constructor, before any goroutine that uses it starts.",
				"Where the channel may be absent, use it only as a case of a select: a nil channel disables its case.",
			},
			Before: `type Server struct {
	done chan struct{} // nil unless somebody makes it
}

func (s *Server) Start() {
	go func() {
		<-s.done // waits for ever
		fmt.Println("stopped")
	}()
}`,
			After: `type Server struct {
	done chan struct{}
}

func NewServer() *Server {
	return &Server{done: make(chan struct{})}
}

func (s *Server) Start() {
	go func() {
		<-s.done
		fmt.Println("stopped")
	}()
}

func (s *Server) Stop() { close(s.done) }`,
		},
		{
			Cause: CauseSelect,
			Title: "a select of which no case can happen",
			Meaning: "A select without a default waits until one of its cases can go on. " +
				"Here the other end of each of its channels is gone, and no case listens for a stop that anyone still gives.",
			Remedies: []string{
				"Add a case for ctx.Done(), return from it, and cancel the context when the work is over.",
				"Let the senders close their channels, and treat a closed channel as the end of the loop.",
			},
			Before: `func relay(events <-chan string, errs <-chan error) {
	go func() {
		for {
			select { // what if both senders have gone?
			case event := <-events:
				fmt.Println(event)
			case err := <-errs:
				fmt.Println("error:", err)
			}
		}
	}()
}`,
			After: `func relay(ctx context.Context, events <-chan string, errs <-chan error) {
	go func() {
		for {
			select {
			case event := <-events:
				fmt.Println(event)
			case err := <-errs:
				fmt.Println("error:", err)
			case <-ctx.Done():
				return
			}
		}
	}()
}`,
		},
		{
			Cause: CauseEmptySelect,
			Title: "a select without cases",
			Meaning: "select {} waits for ever; no other goroutine can end it. " +
				"At the end of main it keeps a server alive. In any other goroutine it is a leak, " +
				"and everything on that goroutine's stack leaks with it.",
			Remedies: []string{
				"Wait for what really ends the work: ctx.Done(), a signal, or a WaitGroup.",
				"Delete it where the goroutine has nothing left to do.",
			},
			Before: `func start(open func() io.Closer) {
	go func() {
		conn := open()
		defer conn.Close() // never reached
		select {}
	}()
}`,
			After: `func start(ctx context.Context, open func() io.Closer) {
	go func() {
		conn := open()
		defer conn.Close()
		<-ctx.Done()
	}()
}`,
		},
	}
}
