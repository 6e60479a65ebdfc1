// SPDX-License-Identifier: MIT

package dump

import (
	"slices"
	"strings"

	"github.com/unleak/unleak"
)

// The addresses of a profile in text form have a line each, but for those of the
// runtime's functions that the goroutine waits in. How many these are, and that
// one program has the same addresses for the same waits, tells what they are:
//
//	gopark netpollblock                and a frame of internal/poll
//	gopark goparkunlock semacquire1    and frames of sync
//	gopark selectgo, gopark block      and any frame
//	gopark chanrecv chanrecv1          and any frame; or chanrecv2
//	gopark chansend chansend1          and any frame
//
// The frame that follows decides the first kinds, and they show where gopark is.

// The others are told apart by their order: the linker keeps that of the source,
// where chansend1 stands far before chanrecv1, and that right before chanrecv2
// (runtime/chan.go), and block before selectgo (runtime/select.go). So it was in
// all releases from Go 1.18 to 1.27, on amd64 and arm64, with -race too. Where only
// one of these was seen and nothing else tells, the wait stays "".

// parks is what is known of the runtime's addresses.
type parks struct {
	gopark   uint64           // where it returns to
	selects  sites            // in block and selectgo
	known    sites            // those of selects that belong to selectgo
	likely   sites            // those of which not only main waits
	channels sites            // in chansend1, chanrecv1 and chanrecv2
	received sites            // those of channels that receive
	calls    map[uint64]sites // by entry, where channel operations call gopark
	odd      bool             // some address is: the processor's code is not aligned
	all      bool             // nothing more will be known
}

// sites holds a few addresses in rising order.
type sites []uint64

func (s *sites) add(pc uint64) {
	if i, found := slices.BinarySearch(*s, pc); !found && len(*s) < 8 {
		*s = slices.Insert(*s, i, pc)
	}
}

func (s sites) has(pc uint64) bool { return slices.Contains(s, pc) }

// resolve tells the waits of the records that are held.
func (p *counted) resolve() {
	k := &p.parks
	k.all = p.sum == p.total
	for _, r := range p.records {
		var parked bool
		if r.wait, parked = r.visibleWait(); parked && r.hidden() > 0 {
			k.gopark = r.pcs[0]
		}
	}
	if k.gopark == 0 {
		k.gopark = commonest(p.records, p.leaked)
	}
	for _, r := range p.records {
		if r.wait == "" {
			k.learn(r)
		}
	}
	for _, r := range p.records {
		if r.wait == "" {
			r.wait = k.wait(r)
		}
	}
}

// hidden returns how many addresses have no line before the first that has, or -1.
func (r *counts) hidden() int {
	if len(r.shown) == 0 {
		return -1
	}
	first := r.shown[0]
	if i := slices.Index(r.pcs, first.pc+1); i >= 0 {
		return i
	}
	return slices.Index(r.pcs, first.pc)
}

// visibleWait returns the wait if the frames with lines tell it, and whether they
// show that it is one in gopark.
func (r *counts) visibleWait() (w unleak.Wait, parked bool) {
	hidden := r.hidden()
	if hidden < 0 {
		return "", false
	}
	stack := make([]unleak.Frame, 0, 1+len(r.shown))
	stack = append(stack, unleak.Frame{Func: "runtime.gopark"})
	for _, s := range r.shown {
		stack = append(stack, s.Frame)
	}
	if hidden == 0 { // the stack is all there
		return WaitOf(stack[1:]), false
	}
	if w := WaitOf(stack); w != "waiting" {
		return w, true
	}
	name := stack[1].Func
	pkg := stack[1].Package()
	switch {
	case strings.Contains(name, ".runtime_Semacquire"):
		return lockWait(stack[1:]), true
	case name == "internal/poll.runtime_pollWait":
		return unleak.WaitIO, true
	case name == "reflect.chanrecv":
		return unleak.WaitReceive, true
	case name == "reflect.chansend", name == "reflect.chansend0":
		return unleak.WaitSend, true
	case name == "reflect.rselect":
		return unleak.WaitSelect, true
	case pkg == "internal/synctest":
		return unleak.Wait(strings.TrimPrefix(name, "internal/")), true
	case hidden > 1:
		return "", false
	case pkg == "iter":
		return unleak.WaitCoroutine, false
	case isSyscall(name), pkg == "os/signal", name == "runtime/pprof.readProfile", strings.Contains(name, "._Cfunc_"):
		return unleak.WaitSyscall, false // in notetsleepg or cgocall
	}
	return unleak.WaitRunning, false // runtime.Gosched
}

// commonest returns the innermost address of stacks that differ in the next, or that
// many goroutines have, or all of them as all wait: that is gopark's. It returns 0
// where there are none.
func commonest(records []*counts, waiting bool) uint64 {
	next := make(map[uint64]uint64)
	for _, r := range records {
		hidden := r.hidden()
		if hidden < 2 {
			continue
		}
		if pc, ok := next[r.pcs[0]]; ok && pc != r.pcs[1] || waiting || hidden == 3 && r.number > 2 {
			return r.pcs[0]
		}
		next[r.pcs[0]] = r.pcs[1]
	}
	return 0
}

// learn notes the addresses of a record.
func (k *parks) learn(r *counts) {
	hidden := r.hidden()
	if hidden < 2 || r.pcs[0] != k.gopark {
		return
	}
	innermost := r.shown[0]
	switch hidden {
	case 2:
		k.selects.add(r.pcs[1])
		if unleak.IsStandard(innermost.Package()) { // which has no select without cases
			k.known.add(r.pcs[1])
		}
		if e := r.shown[len(r.shown)-1].Func; e != "main.main" && e != "runtime.main" {
			k.likely.add(r.pcs[1])
		}
	case 3:
		k.odd = k.odd || slices.ContainsFunc(r.pcs, func(pc uint64) bool { return pc%2 == 1 })
		k.channels.add(r.pcs[2])
		if receives(innermost.Func) {
			k.received.add(r.pcs[2])
		}
		if k.calls == nil {
			k.calls = make(map[uint64]sites)
		}
		s := k.calls[r.pcs[2]]
		s.add(r.pcs[1])
		k.calls[r.pcs[2]] = s
	}
}

// receives reports whether a function of the standard library, many processes have
// one of these, waits in a receive if it waits for a channel.
func receives(function string) bool {
	switch function {
	case "testing.(*T).Run", "testing.(*T).Parallel", "testing.(*B).run1", "testing.(*B).doBench",
		"database/sql.(*Tx).awaitDone", "os/exec.(*Cmd).Wait", "net/rpc.(*Client).Call":
		return true
	}
	return strings.HasPrefix(function, "unique.runtime_registerUniqueMapCleanup")
}

// wait returns the wait of a record by its addresses, or "".
func (k *parks) wait(r *counts) unleak.Wait {
	hidden := r.hidden()
	switch {
	case hidden < 2 || k.gopark == 0:
		return ""
	case r.pcs[0] != k.gopark:
		return unleak.WaitRunning // preempted
	case strings.HasPrefix(r.shown[0].Package(), "runtime/"):
		return "waiting" // runtime/trace, for something of the runtime's
	case hidden == 2:
		return k.selectWait(r.pcs[1])
	case hidden == 3:
		return k.channelWait(r.pcs[1], r.pcs[2])
	}
	return "waiting"
}

func (k *parks) selectWait(pc uint64) unleak.Wait {
	switch {
	case len(k.selects) > 2:
		return ""
	case len(k.selects) == 2 && !k.known.has(k.selects[0]):
		if pc == k.selects[0] {
			return unleak.WaitSelectNone
		}
		return unleak.WaitSelect
	case k.known.has(pc), k.all && k.likely.has(pc): // main alone often ends in select {}
		return unleak.WaitSelect
	}
	return ""
}

// Distances between the runtime's functions: chanrecv1 and chanrecv2 are calls and
// little else, between chansend1 and them stand chansend and closechan.
const (
	near = 0x100
	far  = 0x400
	soon = 0x280
)

// channelWait returns the wait of a call from entry whose call of gopark is at
// site.
func (k *parks) channelWait(site, entry uint64) unleak.Wait {
	c := k.channels
	last := len(c) - 1
	switch {
	case last > 2:
		return ""
	case last > 0 && c[last]-c[0] >= far:
		if last == 2 && c[2]-c[1] > near || k.received.has(c[0]) {
			return ""
		}
		if entry == c[0] {
			return k.nilOr(site, entry, unleak.WaitSendNil, unleak.WaitSend)
		}
	case last == 1 && c[1]-c[0] <= near:
	case !k.received.has(entry):
		switch k.byAlignment(entry) {
		case unleak.WaitSend:
			return k.nilOr(site, entry, unleak.WaitSendNil, unleak.WaitSend)
		case "":
			return ""
		}
	}
	return k.nilOr(site, entry, unleak.WaitReceiveNil, unleak.WaitReceive)
}

// byAlignment tells whether an address is in chansend1 or in a chanrecv. These are
// a few instructions each, which have been the same since Go 1.18, and functions
// start at multiples of 32 bytes on amd64 and of 16 on arm64. Arm64's chanrecv1
// returns where ppc64le's chansend1 does.
func (k *parks) byAlignment(entry uint64) unleak.Wait {
	switch {
	case k.odd && (entry%32 == 0x17 || entry%32 == 0x1d), !k.odd && entry%16 == 8:
		return unleak.WaitSend
	case k.odd && (entry%32 == 0x12 || entry%32 == 0x18):
		return unleak.WaitReceive
	}
	return ""
}

// nilOr tells apart the two places where channel operations call gopark. That for
// nil channels comes soon after the start, but with -race in chansend at the end.
func (k *parks) nilOr(site, entry uint64, isNil, other unleak.Wait) unleak.Wait {
	s := k.calls[entry]
	if site-entry < soon || len(s) == 2 && site == s[1] && s[0]-entry >= soon {
		return isNil
	}
	return other
}
