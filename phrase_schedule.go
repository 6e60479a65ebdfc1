// SPDX-License-Identifier: MIT

package unleak

import (
	"fmt"
	"strings"
)

// Waits returns the step of the schedule at which the finding's goroutines wait, or
// nil where there is no schedule.
func (f *Finding) Waits() *Step {
	if f.Schedule == nil || len(f.Schedule.Steps) == 0 {
		return nil
	}
	return &f.Schedule.Steps[len(f.Schedule.Steps)-1]
}

// Diagnosis says in one line, in the manner of go vet, what is wrong: the cause,
// who is stuck and in what.
func (f *Finding) Diagnosis() string {
	last := f.Waits()
	if last == nil {
		what := string(f.Wait)
		if text, ok := f.Cause.Text(); ok {
			what = text.Title
		}
		return fmt.Sprintf("%s: %s  [%s]", f.Cause, what, f.Grade)
	}
	who := "the goroutine blocks"
	if of := f.Schedule.Of; of > 1 {
		who = fmt.Sprintf("%s of %s block", Number(f.Count), Plural(of, "goroutine"))
	}
	return fmt.Sprintf("%s: %s for ever on %s  [%s]", f.Cause, who, last.What, f.Grade)
}

// Action says what a step does: what stands there, and how often it is done.
func (s *Step) Action() string {
	if s.Times > 1 {
		return s.What + " ×" + Number(s.Times)
	}
	return s.What
}

// Remark says what else there is to know of a step.
func (s *Step) Remark() string {
	if s.Note == "" && s.Meets > 0 {
		return fmt.Sprintf("meets %d", s.Meets)
	}
	return s.Note // what follows says more; the other step names this one
}

// Text says in one line who does what.
func (s *Step) Text() string {
	parts := []string{s.Goroutine, s.Action()}
	if remark := s.Remark(); remark != "" {
		parts = append(parts, remark)
	}
	if s.Stuck {
		parts = append(parts, "← stuck")
	}
	return strings.Join(parts, "  ")
}
