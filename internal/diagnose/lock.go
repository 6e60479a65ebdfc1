// SPDX-License-Identifier: MIT

package diagnose

import (
	"fmt"
	"strings"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/source"
)

func mutex(s *scene) (Verdict, bool) {
	if s.wait != unleak.WaitMutex && s.wait != unleak.WaitSemacquire {
		return Verdict{}, false
	}
	return s.lockVerdict(unleak.CauseMutex), true
}

func rwmutex(s *scene) (Verdict, bool) {
	if s.wait != unleak.WaitRWLock && s.wait != unleak.WaitRLock {
		return Verdict{}, false
	}
	return s.lockVerdict(unleak.CauseRWMutex), true
}

func (s *scene) lockVerdict(cause unleak.Cause) Verdict {
	lock := s.expr("the lock")
	v := Verdict{
		Cause:       cause,
		Explanation: fmt.Sprintf("It waits for %s %s, and whoever holds that does not give it back.", lock, s.where()),
		Fixes:       []unleak.Fix{fix("Unlock %s on every way out: defer the Unlock straight after the Lock", lock)},
	}
	if h, ok := s.holdsItself(); ok {
		v.Explanation = fmt.Sprintf("It waits for %s %s, which it holds itself since line %d: Go's locks cannot be taken twice.", lock, s.where(), h.Line)
		v.Fixes = []unleak.Fix{fix("Do not take %s a second time: move what needs it into a function that expects it held", lock)}
		return v
	}
	if other, guess := s.holder(); other != nil {
		v.Explanation = fmt.Sprintf("It waits for %s %s. %s.", lock, s.where(), guess)
		v.Fixes = []unleak.Fix{fix("End the wait %s: this one ends with it", other.where())}
		return v
	}
	if len(s.op.Takes) == 0 {
		return v
	}
	t := s.op.Takes[0]
	v.Explanation = fmt.Sprintf("It waits for %s %s; %s takes it and can return without giving it back.", lock, s.where(), who(t))
	if t.Func == s.site.Func {
		v.Explanation = fmt.Sprintf("It waits for %s %s, and that function can return without giving it back.", lock, s.where())
	}
	text, _, _ := strings.Cut(t.Text, "//")
	unlock := strings.Replace(strings.TrimSpace(text), "Lock()", "Unlock()", 1)
	if strings.HasSuffix(unlock, "Unlock()") {
		v.Fixes = []unleak.Fix{fix("Unlock on every way out of %s: defer %s after line %d", t.Func, unlock, t.Line)}
	}
	return v
}

// holdsItself returns the lock that the goroutine waits for, if it took it
// before.
func (s *scene) holdsItself() (source.Hold, bool) {
	for _, h := range s.site.Held {
		if h.Object == s.op.Object && h.Expr == s.op.Expr {
			return h, true
		}
	}
	return source.Hold{}, false
}

func waitGroup(s *scene) (Verdict, bool) {
	v := Verdict{
		Cause:       unleak.CauseWaitGroup,
		Explanation: fmt.Sprintf("%s %s waits for more calls of Done than come.", s.method("Wait", "The WaitGroup"), s.where()),
		Fixes: []unleak.Fix{
			fix("Call Done on every way out: start the goroutines with %s, or defer Done as their first statement", s.method("Go", "the WaitGroup")),
		},
	}
	if other := s.behind(); other != nil {
		v.Explanation = fmt.Sprintf("%s %s waits for calls of Done; a goroutine that would call it is stuck itself, %s.",
			s.method("Wait", "The WaitGroup"), s.where(), other.where())
		v.Fixes = []unleak.Fix{fix("End the wait %s: this one ends with it", other.where())}
	} else if len(s.op.Takes) == 1 {
		v.Explanation += fmt.Sprintf(" %s adds to it.", who(s.op.Takes[0]))
	}
	return v, s.wait == unleak.WaitGroup
}

func cond(s *scene) (Verdict, bool) {
	v := Verdict{
		Cause:       unleak.CauseCond,
		Explanation: fmt.Sprintf("%s %s waits for a Signal or Broadcast that does not come.", s.method("Wait", "The Cond"), s.where()),
		Fixes:       []unleak.Fix{fix("Call %s or Broadcast after each change of what Wait waits for", s.method("Signal", "the Cond"))},
	}
	if !s.op.Object.IsZero() && len(s.op.Ends) == 0 {
		v.Explanation = fmt.Sprintf("%s %s waits for a Signal or Broadcast, and nothing in the package calls either.", s.method("Wait", "The Cond"), s.where())
	}
	return v, s.wait == unleak.WaitCond
}
