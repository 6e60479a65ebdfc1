// SPDX-License-Identifier: MIT

package pull

import (
	"errors"
	"iter"
)

func Blank(seq iter.Seq[int]) (int, bool) {
	next, _ := iter.Pull(seq) // want `iter-pull: the stop of this iter\.Pull is never called  \[likely\]`
	return next()
}

func Early(seq iter.Seq2[int, error]) (sum int, err error) {
	next, stop := iter.Pull2(seq) // want `iter-pull: the stop of this iter\.Pull2 is not called on the way to line 23`
	for {
		n, err, ok := next()
		if !ok {
			return sum, nil
		}
		if err != nil {
			return 0, err
		}
		if n == 0 {
			break
		}
		sum += n
	}
	stop()
	return sum, nil
}

func Each(seqs []iter.Seq[int]) int {
	sum := 0
	for _, seq := range seqs {
		next, stop := iter.Pull(seq) // want `iter-pull: .* is not called`
		n, ok := next()
		if !ok || n < 0 {
			continue
		}
		sum += n
		stop()
	}
	return sum
}

func numbers(yield func(int) bool) {
	for i := 0; yield(i); i++ {
	}
}

func Known() int {
	next, stop := iter.Pull(numbers) // want `iter-pull:`
	n, _ := next()
	if n > 0 {
		return n
	}
	stop()
	return 0
}

func Closure(seq iter.Seq[int]) int {
	next, stop := iter.Pull(seq) // want `iter-pull:`
	take := func() int { n, _ := next(); return n }
	if take() > 0 {
		return 1
	}
	stop()
	return take()
}

// From here on nothing is wrong.

func Deferred(seq iter.Seq[int]) (int, bool) {
	next, stop := iter.Pull(seq)
	defer stop()
	return next()
}

func DeferredLiteral(seq iter.Seq[int]) (int, bool) {
	next, stop := iter.Pull(seq)
	defer func() { stop() }()
	return next()
}

func Drained(seq iter.Seq[int]) (sum int) {
	next, _ := iter.Pull(seq)
	for {
		n, ok := next()
		if !ok {
			return sum
		}
		sum += n
	}
}

func DrainedFor(seq iter.Seq[int]) (sum int) {
	next, _ := iter.Pull(seq)
	for n, ok := next(); ok; n, ok = next() {
		sum += n
	}
	return sum
}

func Returned(seq iter.Seq[int]) (func() (int, bool), func()) {
	next, stop := iter.Pull(seq)
	return next, stop
}

type reader struct {
	next func() (int, bool)
	stop func()
}

func Stored(seq iter.Seq[int]) *reader {
	r := new(reader)
	r.next, r.stop = iter.Pull(seq)
	return r
}

func Panics(seq iter.Seq[int]) int {
	next, stop := iter.Pull(seq)
	n, ok := next()
	if !ok {
		panic(errors.New("empty"))
	}
	stop()
	return n
}

func Variable(seqs []iter.Seq[int]) {
	var stop func()
	var next func() (int, bool)
	defer func() {
		if stop != nil {
			stop()
		}
	}()
	for _, seq := range seqs {
		next, stop = iter.Pull(seq)
		next()
		stop()
	}
}
