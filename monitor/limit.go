// SPDX-License-Identifier: MIT

package monitor

import (
	"io/fs"
	"math"
	"path"
	"strconv"
	"strings"

	"github.com/unleak/unleak"
)

// A budget is how much the goroutines of the process may take. 0 is no limit.
type budget struct {
	goroutines int64
	bytes      int64 // of stack
}

// newBudget makes the budget of the options and of the memory limit in bytes, 0 for
// none.
func newBudget(o *Options, memory int64) budget {
	return budget{goroutines: int64(o.MaxGoroutines), bytes: int64(o.MemoryShare * float64(memory))}
}

// forecast says how many goroutines there can be, of which there are total now with
// so many bytes of stack, and when there will be as many if perHour more come; nil
// where there is no budget. Of two limits the one that is nearer counts.
func (b budget) forecast(total int, stack int64, perHour float64) *unleak.Forecast {
	f := &unleak.Forecast{Goroutines: b.goroutines, PerHour: perHour}
	if total > 0 {
		f.PerGoroutine = stack / int64(total)
	}
	if b.bytes > 0 && f.PerGoroutine > 0 {
		if fit := b.bytes / f.PerGoroutine; f.Goroutines == 0 || fit < f.Goroutines {
			f.Goroutines, f.Bytes = fit, b.bytes
		}
	}
	if f.Goroutines == 0 {
		return nil
	}
	if perHour > 0 {
		f.Hours = max(float64(f.Goroutines-int64(total)), 0) / perHour
	}
	return f
}

// reached reports whether there are as many goroutines as the forecast allows.
func reached(f *unleak.Forecast, total int) bool { return f != nil && int64(total) >= f.Goroutines }

// memoryLimit returns the lesser of the runtime's limit in bytes (math.MaxInt64 is
// none) and that of the cgroup, or 0 where there is neither. root is the root of the
// file system.
func memoryLimit(runtimeLimit int64, root fs.FS) int64 {
	limit := min(runtimeLimit, cgroupLimit(root))
	if limit >= unlimited {
		return 0
	}
	return limit
}

// unlimited is from where on a limit is none: version 1 writes none as the largest
// number of whole pages.
const unlimited = math.MaxInt64 &^ (1<<20 - 1)

// cgroupLimit returns the least limit of the process's cgroup and of those above it
// (Documentation/admin-guide/cgroup-v2.rst, memory.max; cgroup-v1/memory.rst). In a
// container the path may be that outside of it, and the limit stands at the root.
func cgroupLimit(root fs.FS) int64 {
	limit := int64(math.MaxInt64)
	text, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return limit // not Linux, or no cgroups
	}
	for line := range strings.Lines(string(text)) {
		_, rest, _ := strings.Cut(strings.TrimSpace(line), ":")
		controllers, group, ok := strings.Cut(rest, ":")
		folder, file := "sys/fs/cgroup", "memory.max"
		switch {
		case !ok:
			continue
		case controllers != "":
			if !strings.Contains(","+controllers+",", ",memory,") {
				continue
			}
			folder, file = "sys/fs/cgroup/memory", "memory.limit_in_bytes"
		}
		for at := path.Clean("/" + group); ; at = path.Dir(at) {
			if n, ok := readLimit(root, path.Join(folder, at, file)); ok {
				limit = min(limit, n)
			}
			if at == "/" {
				break
			}
		}
	}
	return limit
}

func readLimit(root fs.FS, name string) (int64, bool) {
	text, err := fs.ReadFile(root, name)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64) // or "max"
	return n, err == nil && n > 0
}
