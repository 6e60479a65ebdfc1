// SPDX-License-Identifier: MIT

package search

import "github.com/unleak/unleak/vet/internal/model"

// An arena holds the parts of states. Most states that are made are known already:
// to go back to the arena as it was before takes all of such a state back at once.
// What is kept is never freed piece by piece; the garbage collector frees a block
// when no state uses any part of it.
type arena struct {
	values  slab[model.Value]
	frames  slab[frame]
	procs   slab[proc]
	objects slab[object]
	states  slab[state]
	places  slab[*object] // the lists of states
	runners slab[*proc]
	names   []model.Value // see digest.begin
}

// A slab hands out pieces of a block. Each block is twice as large as the one before,
// up to a limit: most searches are small.
type slab[T any] struct {
	free []T
	size int
}

const (
	smallest = 16
	largest  = 256
)

// take returns room for n, and for so many more, with what was left there.
func (s *slab[T]) take(n, more int) []T {
	if n+more > len(s.free) {
		s.size = min(max(smallest, 2*s.size), largest)
		s.free = make([]T, max(s.size, n+more))
	}
	piece := s.free[: n : n+more]
	s.free = s.free[n+more:]
	return piece
}

// zeros returns n zero values.
func (s *slab[T]) zeros(n int) []T {
	piece := s.take(n, 0)
	clear(piece)
	return piece
}

// copy returns a copy of a list, with room for more.
func (s *slab[T]) copy(list []T, more int) []T {
	piece := s.take(len(list), more)
	copy(piece, list)
	return piece
}

// new returns a pointer to a copy of x.
func (s *slab[T]) new(x T) *T {
	piece := s.take(1, 0)
	piece[0] = x
	return &piece[0]
}
