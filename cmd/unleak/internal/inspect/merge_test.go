// SPDX-License-Identifier: MIT

package inspect

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/diagnose"
)

// process judges a process that has so many goroutines that do the same.
func process(labels map[string]string, minutes int, counts map[string]int) diagnose.Judgement {
	var tally diagnose.Tally
	for _, function := range slices.Sorted(maps.Keys(counts)) {
		wait, name, _ := strings.Cut(function, ":")
		tally.Add(&unleak.Goroutine{Count: counts[function], Wait: unleak.Wait(wait), Minutes: minutes, Labels: labels, Stack: []unleak.Frame{{Func: name, File: "a.go", Line: 7}}})
	}
	return diagnose.Judge([]*diagnose.Look{{Snapshot: unleak.Snapshot{Goroutines: tally.Total()}, Stacks: tally.Stacks()}}, nil)
}

// TestMerge: what several processes have is counted together, in the order that one
// process's would have.
func TestMerge(t *testing.T) {
	const idle = "IO wait:net/http.(*conn).serve"
	one := process(map[string]string{"tenant": "a", "one": "1"}, 5, map[string]int{"select:m.pool": 40, "chan send:m.leak": 70, idle: 500})
	two := process(map[string]string{"tenant": "b"}, 0, map[string]int{"select:m.pool": 40, "chan send (nil chan):m.stuck": 2, idle: 100})
	three := process(map[string]string{"tenant": "a"}, 90, map[string]int{"chan send:m.leak": 60, "chan send (nil chan):m.stuck": 1})
	j := merge([]diagnose.Judgement{one, two, three}, 1626)
	var got []string
	for _, f := range j.Findings {
		got = append(got, fmt.Sprintf("%s %d %s %.2f of %d", f.Grade, f.Count, f.Blocked.Func, f.Impact.Share, f.Impact.StackBytes))
	}
	for _, g := range j.Groups {
		age := "no age"
		if g.Age != nil {
			age = fmt.Sprint(*g.Age)
		}
		got = append(got, fmt.Sprint(g.Count, " ", g.Stack[0].Func, " ", age, " ", g.Labels))
	}
	want := []string{
		"proven 3 m.stuck 0.00 of 6144",
		"suspect 130 m.leak 0.08 of 266240",
		"3 m.stuck {90 90 1} map[tenant:[{b 2} {a 1}]]",
		"130 m.leak {5 90 130} map[one:[{1 70}] tenant:[{a 130}]]",
		"80 m.pool {5 5 40} map[one:[{1 40}] tenant:[{a 40} {b 40}]]",
		"600 net/http.(*conn).serve {5 5 500} map[one:[{1 500}] tenant:[{a 500} {b 100}]]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
	if j.Total != 813 || j.Idle != 600 || j.Running != 80 {
		t.Errorf("%d goroutines, %d idle, %d running", j.Total, j.Idle, j.Running)
	}
	if age := j.Findings[1].Age; age == nil || *age != (unleak.Age{Min: 5, Max: 90, Known: 130}) {
		t.Errorf("the leak's age is %v", age)
	}
	r := rollup("label:tenant", j.Groups)
	if got, want := fmt.Sprint(r), "{label:tenant [{a 671} {b 142}] 0}"; got != want {
		t.Errorf("by tenant %s, want %s", got, want)
	}
}
