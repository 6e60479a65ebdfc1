// SPDX-License-Identifier: MIT

package monitor

import (
	"math"
	"testing"
	"testing/fstest"
)

func TestMemoryLimit(t *testing.T) {
	const mib = 1 << 20
	for _, tt := range []struct {
		name    string
		runtime int64
		files   map[string]string
		want    int64
	}{
		{"neither", math.MaxInt64, nil, 0},
		{"GOMEMLIMIT", 700 * mib, nil, 700 * mib},
		{"version 2, as in a container", math.MaxInt64, map[string]string{
			"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "536870912\n"}, 512 * mib},
		{"version 2, the lesser of the two", 700 * mib, map[string]string{
			"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "536870912\n"}, 512 * mib},
		{"GOMEMLIMIT is the lesser", 300 * mib, map[string]string{
			"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "536870912\n"}, 300 * mib},
		{"version 2, the least on the way up", math.MaxInt64, map[string]string{
			"proc/self/cgroup":                             "0::/a.slice/b.service\n",
			"sys/fs/cgroup/a.slice/b.service/memory.max":   "max\n",
			"sys/fs/cgroup/a.slice/memory.max":             "268435456\n",
			"sys/fs/cgroup/memory.max":                     "536870912\n",
			"sys/fs/cgroup/other.slice/memory.max":         "1048576\n",
			"sys/fs/cgroup/a.slice/c.service/memory.max":   "1048576\n",
			"sys/fs/cgroup/a.slice/b.service/x/memory.max": "1048576\n"}, 256 * mib},
		{"version 2, the path is that outside of the container", math.MaxInt64, map[string]string{
			"proc/self/cgroup": "0::/kubepods/pod1/abc\n", "sys/fs/cgroup/memory.max": "536870912\n"}, 512 * mib},
		{"version 2, no limit", math.MaxInt64, map[string]string{
			"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "max\n"}, 0},
		{"version 1", math.MaxInt64, map[string]string{
			"proc/self/cgroup": "12:cpu,cpuacct:/docker/x\n5:memory:/docker/x\n1:name=systemd:/docker/x\n",
			"sys/fs/cgroup/memory/docker/x/memory.limit_in_bytes": "268435456\n"}, 256 * mib},
		{"version 1, no limit", math.MaxInt64, map[string]string{
			"proc/self/cgroup": "5:memory:/\n", "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n"}, 0},
		{"nonsense", math.MaxInt64, map[string]string{
			"proc/self/cgroup": "what\n0::\n:\n\n0::../../x\n", "sys/fs/cgroup/memory.max": "-3\n"}, 0},
	} {
		files := make(fstest.MapFS)
		for name, text := range tt.files {
			files[name] = &fstest.MapFile{Data: []byte(text)}
		}
		if got := memoryLimit(tt.runtime, files); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
	}
}

func TestForecast(t *testing.T) {
	if f := (budget{}).forecast(100, 1<<20, 5); f != nil {
		t.Errorf("no budget: %+v", f)
	}
	if f := (budget{bytes: 1 << 20}).forecast(0, 0, 5); f != nil {
		t.Errorf("nothing known of a goroutine's size: %+v", f)
	}
	f := budget{goroutines: 1000}.forecast(400, 400*2048, 60)
	if f.Goroutines != 1000 || f.Bytes != 0 || f.Hours != 10 || f.PerGoroutine != 2048 || reached(f, 999) || !reached(f, 1000) {
		t.Errorf("by number: %+v", f)
	}
	f = budget{goroutines: 1000, bytes: 1 << 20}.forecast(400, 400*2048, 0)
	if f.Goroutines != 512 || f.Bytes != 1<<20 || f.Hours != 0 {
		t.Errorf("the nearer of two: %+v", f)
	}
	if f := (budget{goroutines: 1000}).forecast(2000, 0, 10); f.Hours != 0 || !reached(f, 2000) {
		t.Errorf("over it: %+v", f)
	}
}
