// SPDX-License-Identifier: MIT

package unleak

import "strings"

// A Wait is a goroutine's wait reason or, where it does not wait, its status,
// in the words of today's runtime (runtime/runtime2.go, waitReasonStrings).
type Wait string

// The waits that can be a leak. All others that the runtime has are its own.
const (
	WaitReceive    Wait = "chan receive"
	WaitSend       Wait = "chan send"
	WaitReceiveNil Wait = "chan receive (nil chan)"
	WaitSendNil    Wait = "chan send (nil chan)"
	WaitSelect     Wait = "select"
	WaitSelectNone Wait = "select (no cases)"
	WaitCond       Wait = "sync.Cond.Wait"
	WaitMutex      Wait = "sync.Mutex.Lock"
	WaitRLock      Wait = "sync.RWMutex.RLock"
	WaitRWLock     Wait = "sync.RWMutex.Lock"
	WaitGroup      Wait = "sync.WaitGroup.Wait"
	WaitSemacquire Wait = "semacquire"
	WaitSleep      Wait = "sleep"
	WaitIO         Wait = "IO wait"
	WaitCoroutine  Wait = "coroutine"
	WaitSyscall    Wait = "syscall"
	WaitRunning    Wait = "running"
)

// ParseWait returns the normalised wait for the text in a goroutine's header,
// without labels, age and marks such as (leaked) and (scan). Names that older
// releases printed become today's:
//
//   - "chan receive (durable)", in Go 1.24 "(synctest)", and the other synctest
//     forms lose the mark;
//   - "runnable" and "preempted" become "running": which of the three a busy
//     goroutine shows depends on the instant.
func ParseWait(s string) Wait {
	s = strings.TrimSpace(s)
	for _, mark := range [...]string{" (leaked)", " (scan)", " (durable)", " (synctest)"} {
		s = strings.ReplaceAll(s, mark, "")
	}
	if w, ok := renamed[s]; ok {
		return w
	}
	return Wait(s)
}

// renamed maps names of earlier releases to today's. Before Go 1.20 all lock
// waits were "semacquire"; those are told apart by their frames, not here.
var renamed = map[string]Wait{
	"runnable":               WaitRunning,
	"preempted":              WaitRunning,
	"sync.(*Cond).Wait":      WaitCond,
	"sync.(*WaitGroup).Wait": WaitGroup,
}

// AlwaysStuck reports whether a goroutine in this wait can never go on, whatever
// the rest of the process does: both nil-channel forms and a select without
// cases.
func (w Wait) AlwaysStuck() bool {
	return w == WaitReceiveNil || w == WaitSendNil || w == WaitSelectNone
}

// Provable reports whether the runtime's goroutineleak profile can prove a leak
// in this wait (runtime/runtime2.go: isSyncWait, isChanWait).
func (w Wait) Provable() bool {
	switch w {
	case WaitReceive, WaitSend, WaitReceiveNil, WaitSendNil, WaitSelect, WaitSelectNone,
		WaitCond, WaitMutex, WaitRLock, WaitRWLock, WaitGroup:
		return true
	}
	return false
}

// Moving reports whether a goroutine in this state may end by itself without
// anyone's help: it runs, sleeps, or waits for the network or the system.
func (w Wait) Moving() bool {
	switch w {
	case WaitRunning, WaitSleep, WaitIO, WaitSyscall:
		return true
	}
	return false
}

// CanLeak reports whether a goroutine of the user's can be stuck in this wait.
// False means that the wait belongs to the runtime itself.
func (w Wait) CanLeak() bool {
	return w.Provable() || w.Moving() || w == WaitSemacquire || w == WaitCoroutine
}
