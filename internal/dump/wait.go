// SPDX-License-Identifier: MIT

package dump

import (
	"strings"

	"github.com/unleak/unleak"
)

// WaitOf returns the wait of a goroutine whose stack is known with all of the
// runtime's frames, as profiles and runtime.CallersFrames have them: what the
// header of a traceback would say.
//
// Such stacks do not tell a nil channel from another. A goroutine that waits for
// something of the runtime's own is "waiting", which is never a leak.
func WaitOf(stack []unleak.Frame) unleak.Wait {
	parked := false
	for i, f := range stack {
		switch f.Func {
		case "runtime.gopark", "runtime.goparkunlock":
			parked = true
			continue
		case "runtime.coroswitch", "runtime.corostart":
			return unleak.WaitCoroutine
		}
		switch {
		case parked:
			return parkedIn(stack[i:])
		case isSyscall(f.Func):
			return unleak.WaitSyscall
		}
		break
	}
	return unleak.WaitRunning
}

// parkedIn returns the wait of a stack whose innermost frame called gopark.
func parkedIn(stack []unleak.Frame) unleak.Wait {
	switch stack[0].Func {
	case "runtime.chanrecv":
		return unleak.WaitReceive
	case "runtime.chansend":
		return unleak.WaitSend
	case "runtime.selectgo":
		return unleak.WaitSelect
	case "runtime.block":
		return unleak.WaitSelectNone
	case "runtime.semacquire1":
		return lockWait(stack[1:])
	case "sync.runtime_notifyListWait":
		return unleak.WaitCond
	case "runtime.netpollblock":
		return unleak.WaitIO
	case "time.Sleep":
		return unleak.WaitSleep
	}
	return "waiting"
}

// lockWait tells apart the waits on a semaphore by the function of package sync
// that waits; it is the innermost but for the runtime's own entry points. Go
// 1.20 began to print what this finds, for WaitGroup Go 1.25.
func lockWait(stack []unleak.Frame) unleak.Wait {
	for _, f := range stack {
		switch f.Func {
		case "sync.(*Mutex).lockSlow", "sync.(*Mutex).Lock",
			"internal/sync.(*Mutex).lockSlow", "internal/sync.(*Mutex).Lock":
			return unleak.WaitMutex
		case "sync.(*RWMutex).RLock":
			return unleak.WaitRLock
		case "sync.(*RWMutex).Lock":
			return unleak.WaitRWLock
		case "sync.(*WaitGroup).Wait":
			return unleak.WaitGroup
		}
		if !strings.Contains(f.Func, ".runtime_Semacquire") {
			break
		}
	}
	return unleak.WaitSemacquire
}

// isSyscall reports whether the innermost function is one that has told the
// scheduler that its thread is away (runtime.entersyscall saves its caller).
func isSyscall(function string) bool {
	switch function {
	case "runtime.notetsleepg", "runtime.cgocall":
		return true
	}
	name, ok := strings.CutPrefix(function, "syscall.")
	return ok && len(name) >= len("syscall") && strings.EqualFold(name[:len("syscall")], "syscall")
}

// Visible returns the frames of a stack that a traceback at GOTRACEBACK=all
// shows, so that stacks from everywhere compare: without the unexported functions
// of package runtime, or all but goexit where nothing else is left. It may return
// stack itself.
func Visible(stack []unleak.Frame) []unleak.Frame {
	shown := make([]unleak.Frame, 0, len(stack))
	for _, f := range stack {
		if isVisible(f, len(shown) == 0) {
			shown = append(shown, f)
		}
	}
	switch len(shown) {
	case len(stack):
		return stack
	case 0:
		if n := len(stack) - 1; n >= 0 && stack[n].Func == "runtime.goexit" {
			return stack[:n]
		}
		return stack
	}
	return shown
}

// isVisible is runtime.showfuncinfo, except that functions without a dot are
// hidden by their file: C functions are none of the runtime's assembly.
func isVisible(f unleak.Frame, first bool) bool {
	name, ok := strings.CutPrefix(f.Func, "runtime.")
	if !ok {
		return strings.Contains(f.Func, ".") || !strings.HasSuffix(f.File, ".s")
	}
	switch name {
	case "runFinalizers", "runfinq", "runCleanups":
		return true
	case "gopanic":
		return !first
	}
	return isExported(name)
}

// isExported reports whether name, within its package, is an exported function
// or an exported method of an exported type.
func isExported(name string) bool {
	receiver, method, isMethod := strings.Cut(name, ".")
	if !isMethod {
		return startsUpper(name)
	}
	receiver = strings.TrimSuffix(strings.TrimPrefix(receiver, "(*"), ")")
	return startsUpper(receiver) && startsUpper(method)
}

func startsUpper(s string) bool { return s != "" && 'A' <= s[0] && s[0] <= 'Z' }
