// SPDX-License-Identifier: MIT

package unleak

// A Cause is why goroutines leak: an entry of the catalogue. Its identifiers are
// part of the JSON contract.
type Cause string

// The causes.
const (
	CauseChanSend       Cause = "chan-send"
	CauseChanReceive    Cause = "chan-receive"
	CauseChanRange      Cause = "chan-range"
	CauseNilChannel     Cause = "nil-channel"
	CauseSelect         Cause = "select"
	CauseEmptySelect    Cause = "empty-select"
	CauseMutex          Cause = "mutex"
	CauseRWMutex        Cause = "rwmutex"
	CauseLockOrder      Cause = "lock-order"
	CauseWaitGroup      Cause = "waitgroup"
	CauseCond           Cause = "cond"
	CauseContext        Cause = "context"
	CauseTicker         Cause = "ticker"
	CauseSleepLoop      Cause = "sleep-loop"
	CauseBusyLoop       Cause = "busy-loop"
	CauseNetworkIO      Cause = "network-io"
	CauseHTTPBody       Cause = "http-body"
	CauseIterPull       Cause = "iter-pull"
	CauseSyscall        Cause = "syscall"
	CauseUnboundedSpawn Cause = "unbounded-spawn"
	CauseNeverStopped   Cause = "never-stopped"
	CauseUnknown        Cause = "unknown"
)

// A CauseText is what the catalogue says of one cause.
type CauseText struct {
	Cause Cause
	// Title says in a few words what the goroutines are stuck in.
	Title string
	// Meaning is a paragraph: what happens, and why it never ends.
	Meaning string
	// Remedies lists what to do, each a sentence, the best first.
	Remedies []string
	// Before is a short piece of Go that leaks; After is the same, mended. Both
	// are what stands inside a function or at file level, indented with tabs.
	Before, After string
}
