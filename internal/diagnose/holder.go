// SPDX-License-Identifier: MIT

package diagnose

import (
	"fmt"
	"strings"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/source"
)

// holder returns the scene of the goroutine that probably holds the lock that
// this one waits for, and the words for it. No dump says who holds a lock: source
// shows who took one of that declaration and has not come to its Unlock; without
// source, another goroutine inside a method of the same type may.
func (s *scene) holder() (other *scene, guess string) {
	if other = s.behind(); other != nil {
		text := "Probably " + other.one() + " holds it"
		if h, ok := other.holding(s.wanted()); ok {
			text += fmt.Sprintf(", taken on line %d", h.Line)
		}
		if other.wait.Moving() {
			text += ", and is " + other.where()
		} else {
			text += ", and is stuck itself, " + other.where()
		}
		return other, text + other.doing() + ": a guess, as dumps do not say who holds a lock"
	}
	if s.op.Kind != "" {
		return nil, ""
	}
	owner := methodsOf(s.at.Func)
	if owner == "" {
		return nil, ""
	}
	for _, other := range s.all {
		if other == s || other.waitsForLock() {
			continue
		}
		for _, f := range other.g.Stack {
			if methodsOf(f.Func) == owner {
				return other, fmt.Sprintf("Perhaps %s holds it, in %s%s: a guess, as both are in methods of one type",
					other.one(), shortName(f.Func), other.doing())
			}
		}
	}
	return nil, ""
}

// holding returns the lock that the goroutine took, if it is the one.
func (s *scene) holding(want source.Object) (source.Hold, bool) {
	for i, site := range s.sites {
		for _, h := range site.Held {
			if s.argument(h.Object, i) == want && !want.IsZero() {
				return h, true
			}
		}
	}
	return source.Hold{}, false
}

// one names a goroutine of the group.
func (s *scene) one() string {
	switch {
	case s.Count > 1:
		return "one of " + unleak.Plural(s.Count, "goroutine")
	case s.g.ID != 0:
		return fmt.Sprintf("goroutine %d", s.g.ID)
	}
	return "another goroutine"
}

// doing says what the goroutine waits in: ", in chan receive".
func (s *scene) doing() string {
	if s.wait == "" {
		return ""
	}
	return fmt.Sprintf(", in %q", s.wait)
}

func (s *scene) waitsForLock() bool {
	switch s.wait {
	case unleak.WaitMutex, unleak.WaitRWLock, unleak.WaitRLock:
		return true
	}
	return false
}

// methodsOf returns the part of a method's full name that names its type, "" for
// other functions.
func methodsOf(function string) string {
	if i := strings.Index(function, ".(*"); i >= 0 {
		if end := strings.IndexByte(function[i:], ')'); end >= 0 {
			return function[:i+end+1]
		}
	}
	return ""
}
