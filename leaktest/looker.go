// SPDX-License-Identifier: MIT

package leaktest

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/live"
)

// label is the pprof label that a check puts on its test's goroutine.
const label = "leaktest"

// newMark returns the label's value: the goroutine's number, one that tells the
// checks on a goroutine apart, and the test's name.
func newMark(goroutine, check uint64, test string) string {
	return fmt.Sprintf("%d.%d %s", goroutine, check, test)
}

// cutMark takes the label's value apart.
func cutMark(mark string) (goroutine uint64, test string, ok bool) {
	numbers, test, ok := strings.Cut(mark, " ")
	if !ok {
		return 0, "", false
	}
	number, _, _ := strings.Cut(numbers, ".")
	goroutine, err := strconv.ParseUint(number, 10, 64)
	return goroutine, test, err == nil
}

// A looker looks at the process for all checks. Those that wait for a look at the
// same time share one, so that two hundred parallel tests cost hardly more than one.
type looker struct {
	mu     sync.Mutex
	reader live.Reader
	marks  map[live.Profile]look[map[string][]*unleak.Goroutine]
	last   look[*census]
	met    look[*crowd]
}

// A look is what was seen, and when it began. It is not written to any more.
type look[T any] struct {
	begun time.Time
	seen  T
	err   error
}

// since returns the last look if it is not older than asked, and else takes one.
func (l look[T]) since(asked time.Time, take func() (T, error)) look[T] {
	if l.begun.Before(asked) {
		l.begun = time.Now()
		l.seen, l.err = take()
	}
	return l
}

// marked returns the goroutines in a profile that bear a mark, as they are now or
// were since the call.
func (l *looker) marked(kind live.Profile, mark string) ([]*unleak.Goroutine, error) {
	asked := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.marks == nil {
		l.marks = make(map[live.Profile]look[map[string][]*unleak.Goroutine])
	}
	p := l.marks[kind].since(asked, func() (map[string][]*unleak.Goroutine, error) { return l.byMark(kind) })
	l.marks[kind] = p
	return p.seen[mark], p.err
}

func (l *looker) byMark(kind live.Profile) (marked map[string][]*unleak.Goroutine, err error) {
	marked = make(map[string][]*unleak.Goroutine)
	for r, e := range l.reader.Records(kind) {
		if e != nil {
			err = e
		} else if mark, ok := r.Label(label); ok {
			marked[mark] = append(marked[mark], r.Goroutine())
		}
	}
	return marked, err
}

// census returns a census of now, or of since the call.
func (l *looker) census() (*census, error) {
	asked := time.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.last = l.last.since(asked, func() (*census, error) {
		profiled, err := l.profile()
		return takeCensus(profiled), err
	})
	return l.last.seen, l.last.err
}

func (l *looker) profile() (list []*unleak.Goroutine, err error) {
	for r, e := range l.reader.Records(live.All) {
		if e != nil {
			err = e
		} else if g := r.Goroutine(); !isSelf(g) {
			list = append(list, g)
		}
	}
	return list, err
}

// isSelf reports whether a goroutine is one that looks here, or the main one.
func isSelf(g *unleak.Goroutine) bool {
	for i := range g.Stack {
		switch g.Stack[i].Func {
		case here + ".(*check).end", here + ".find", here + ".Left", here + ".Current", here + ".plant":
			return true
		}
	}
	return g.ID == 1 || g.Entry().Func == "main.main"
}
