// SPDX-License-Identifier: MIT

package diagnose

import "github.com/unleak/unleak"

// Grade returns how sure it is that the case is a leak, and by what. The grade
// is "" where the goroutines are merely still running.
//
// The rules, in their order:
//
//  1. Proven: the runtime's proof, a wait that ends in no program, or a deadlock
//     that the runtime itself reported.
//  2. What outlived a test that said that it would leave nothing: likely where it
//     waits for others, a suspect where it may end by itself or is started once
//     in a process.
//  3. Still running: what waits for a timer outside of any lasting loop ends by
//     itself, and so does whoever waits for such a one; so does what was gone a
//     little later when the tests ran again; what a test started that had not
//     ended may still be in use.
//  4. Suspect at most: what sleeps in a loop with a way out may have been told to
//     end, and finds out only when it wakes.
//  5. Not a leak of any test: repetition in fresh processes added nothing.
//  6. Likely: repetition added goroutines; several tests or runs each left the
//     key, and repetition was not tried; or source shows a loop without a way out
//     that is not started once in a process. Where repetition was tried and added
//     one, several tests left what a pool keeps that grows with demand.
//  7. Else a suspect, or still running where the goroutine is on the move.
func (c *Case) Grade() (unleak.Grade, unleak.How) {
	if how, n := c.proven(); n > 0 {
		return unleak.Proven, how
	}
	switch {
	case c.outlived():
		return c.outlivedGrade(), unleak.HowOutlived
	case c.Verdict.WillEnd, c.Pending, c.Growth.ended(), c.unfinished():
		return "", ""
	case c.timedOut():
		return unleak.Suspect, unleak.HowTimeout
	case c.Verdict.Naps && c.Growth.grew():
		return unleak.Suspect, unleak.HowLeftOver
	case c.Growth.stayed(), c.Verdict.Naps:
		return c.rest()
	case c.Growth.grew():
		return unleak.Likely, unleak.HowGrowth
	case c.Growth == nil && c.repeated():
		return unleak.Likely, unleak.HowRepeated
	case c.Verdict.Endless && !c.Verdict.Once && c.attributed():
		return unleak.Likely, unleak.HowEndlessLoop
	}
	return c.rest()
}

// outlivedGrade is the grade of what is left of a scope that was said to be closed.
func (c *Case) outlivedGrade() unleak.Grade {
	v := c.Verdict
	switch {
	case v.Single, v.WillEnd, v.Naps, c.Pending, c.Key.Wait.Moving() && !v.Endless:
		return unleak.Suspect
	}
	return unleak.Likely
}

// OfProcess reports whether the goroutines belong to the process and not to the
// tests that happened to start them: source shows that they are started once, and
// nothing proves that they are stuck.
func (c *Case) OfProcess() bool {
	_, n := c.proven()
	return n == 0 && c.Verdict.Single
}

// WillEnd reports whether the goroutines end by themselves, as source shows, or
// wait for others that do.
func (c *Case) WillEnd() bool {
	_, n := c.proven()
	return n == 0 && (c.Verdict.WillEnd || c.Pending)
}

// Doubtful reports whether running the case's tests again could change its
// grade. What is started once in a process needs no second look, unless several
// tests left it all the same.
func (c *Case) Doubtful() bool {
	_, n := c.proven()
	return n == 0 && c.Growth == nil && c.attributed() &&
		(!c.Verdict.Single || c.repeated()) && !c.Verdict.WillEnd && !c.unfinished() && !c.timedOut()
}

// rest is the grade of what nothing speaks against but its being there.
func (c *Case) rest() (unleak.Grade, unleak.How) {
	if c.Key.Wait.Moving() {
		return "", ""
	}
	return unleak.Suspect, unleak.HowLeftOver
}

// proven returns how many of the goroutines are proven to be stuck, and how.
func (c *Case) proven() (how unleak.How, n int) {
	for i := range c.Left {
		if h, ok := c.Left[i].proven(); ok {
			how = h
			n += c.Left[i].count()
		}
	}
	return how, n
}

// repeated reports whether two or more tests, or runs of one, left goroutines.
// Only one test binary counts: what is started once in a process is left once by
// each.
func (c *Case) repeated() bool {
	type run struct {
		test string
		id   uint64
	}
	var first run
	for _, l := range c.Left {
		if l.Test == "" || l.Unfinished {
			continue
		}
		if r := (run{l.Test, l.Run}); first == (run{}) {
			first = r
		} else if r != first {
			return true
		}
	}
	return false
}

// attributed reports whether any of the goroutines was started under a test.
func (c *Case) attributed() bool {
	for _, l := range c.Left {
		if l.Test != "" {
			return true
		}
	}
	return false
}

// unfinished reports whether no goroutine is there whose test has ended.
func (c *Case) unfinished() bool {
	for _, l := range c.Left {
		if !l.Unfinished {
			return false
		}
	}
	return true
}

func (c *Case) timedOut() bool { return c.showed(unleak.HowTimeout) }

func (c *Case) outlived() bool { return c.showed(unleak.HowOutlived) }

func (c *Case) showed(how unleak.How) bool { return len(c.Left) > 0 && c.Left[0].How == how }

// Count returns the number of goroutines that the case's grade holds for: where
// some are proven, those alone.
func (c *Case) Count() int {
	if _, n := c.proven(); n > 0 {
		return n
	}
	n := 0
	for i := range c.Left {
		n += c.Left[i].count()
	}
	return n
}
