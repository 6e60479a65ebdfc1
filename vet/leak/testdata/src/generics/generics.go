// Package generics has what type parameters allow: operations on values whose type
// is not known, but what their types have in common.
package generics

type numbers interface{ ~[]int }

// first is the first answer of as many as there are; the others find no room.
func first[C ~chan int](answers C) int {
	ch := make(chan int)
	for range 2 {
		go func() { ch <- <-answers }() // want `chan-send: 1 of 2 goroutines block for ever on ch <- <-answers`
	}
	return <-ch
}

// firstWell has room for all.
func firstWell[C ~chan int](answers C) int {
	ch := make(chan int, 2)
	for range 2 {
		go func() { ch <- <-answers }()
	}
	return <-ch
}

// bytes reads what both a string and a slice have.
func bytes[S []byte | string](s S, ch chan byte) {
	for i := range len(s) {
		ch <- s[i]
	}
}

// grow makes, cuts and reads a slice of a type of the caller's.
func grow[S ~[]E, E any](s S, n int, ch chan E) S {
	all := make(S, n)
	for i := range s {
		ch <- s[i]
	}
	return append(all[:n], make(S, 3)...)
}

// sum reads an array through a pointer, and a slice whose constraint has a name.
func sum[A [4]int, S numbers](a *A, s S, ch chan int) {
	for i := range 4 {
		ch <- (*a)[i] + s[i]
	}
}

// all reads what nothing is known of.
func all[T any](list []T, ch chan T) {
	for _, x := range list {
		ch <- x
	}
	ch <- *new(T)
}
