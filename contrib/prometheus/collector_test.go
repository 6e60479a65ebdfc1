// SPDX-License-Identifier: MIT

package unleakprom_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/unleak/unleak"
	unleakprom "github.com/unleak/unleak/contrib/prometheus"
	"github.com/unleak/unleak/monitor"
)

// status is what a monitor knows that found so many groups.
func status(found int) monitor.Status {
	s := monitor.Status{
		Numbers:  monitor.Numbers{Goroutines: 110, Running: 1, Runnable: 2, Waiting: 100, NotInGo: 7, Created: 5000},
		Profiles: 4, ProfileTime: 1500 * time.Millisecond, Profiled: time.UnixMilli(1_700_000_000_500), Proofs: 1,
		Forecast: &unleak.Forecast{Goroutines: 1000, PerHour: 60, Hours: 2},
	}
	for i := range found {
		s.Findings = append(s.Findings, unleak.Finding{
			Key: fmt.Sprint("key", i), Grade: unleak.Likely, Cause: unleak.CauseChanSend, Count: 60 - i, Blocked: unleak.Frame{Func: "m.leak"},
		})
	}
	return s
}

func collector(found, shown int) prometheus.Collector {
	return unleakprom.NewCollector(unleakprom.Options{MaxFindings: shown, Read: func() (monitor.Status, bool) { return status(found), true }})
}

func TestCollector(t *testing.T) {
	want := `
# HELP unleak_budget_goroutines How many goroutines the budget allows, where there is one.
# TYPE unleak_budget_goroutines gauge
unleak_budget_goroutines 1000
# HELP unleak_budget_seconds How long it takes until the budget is reached, where a leak leads there.
# TYPE unleak_budget_seconds gauge
unleak_budget_seconds 7200
# HELP unleak_finding_goroutines The goroutines of a group that leaks.
# TYPE unleak_finding_goroutines gauge
unleak_finding_goroutines{cause="chan-send",function="m.leak",grade="likely",key="key0"} 60
unleak_finding_goroutines{cause="chan-send",function="m.leak",grade="likely",key="key1"} 59
# HELP unleak_findings The groups of goroutines that leak, by how sure that is.
# TYPE unleak_findings gauge
unleak_findings{grade="likely"} 3
unleak_findings{grade="proven"} 0
unleak_findings{grade="suspect"} 0
# HELP unleak_findings_hidden The findings that have no series of their own.
# TYPE unleak_findings_hidden gauge
unleak_findings_hidden 1
# HELP unleak_goroutines The goroutines, by what they do.
# TYPE unleak_goroutines gauge
unleak_goroutines{state="not-in-go"} 7
unleak_goroutines{state="runnable"} 2
unleak_goroutines{state="running"} 1
unleak_goroutines{state="waiting"} 100
# HELP unleak_goroutines_created_total The goroutines that were started since the process began.
# TYPE unleak_goroutines_created_total counter
unleak_goroutines_created_total 5000
# HELP unleak_last_profile_timestamp_seconds When it took the last one.
# TYPE unleak_last_profile_timestamp_seconds gauge
unleak_last_profile_timestamp_seconds 1.7000000005e+09
# HELP unleak_profile_seconds_total How long its profiles took.
# TYPE unleak_profile_seconds_total counter
unleak_profile_seconds_total 1.5
# HELP unleak_profiles_total The goroutine profiles that the monitor took.
# TYPE unleak_profiles_total counter
unleak_profiles_total 4
# HELP unleak_proofs_total The goroutineleak profiles that it took.
# TYPE unleak_proofs_total counter
unleak_proofs_total 1
# HELP unleak_up Whether unleak's monitor runs in the process.
# TYPE unleak_up gauge
unleak_up 1
`
	c := collector(3, 2)
	if err := testutil.CollectAndCompare(c, strings.NewReader(want)); err != nil {
		t.Error(err)
	}
	if problems, err := testutil.CollectAndLint(c); err != nil || len(problems) > 0 {
		t.Errorf("lint: %v, %v", problems, err)
	}
}

// TestBounded: however much leaks, the number of series does not grow with it.
func TestBounded(t *testing.T) {
	few := testutil.CollectAndCount(collector(1, 0))
	if many := testutil.CollectAndCount(collector(5000, 0)); many != few+19 {
		t.Errorf("%d series with one finding, %d with 5,000; want 19 more", few, many)
	}
	if none := testutil.CollectAndCount(collector(5000, -1)); none != few-1 {
		t.Errorf("%d series, want %d with none for findings", none, few-1)
	}
}

// TestNone: without a monitor there is nothing to tell but that.
func TestNone(t *testing.T) {
	want := "# HELP unleak_up Whether unleak's monitor runs in the process.\n# TYPE unleak_up gauge\nunleak_up 0\n"
	if err := testutil.CollectAndCompare(unleakprom.NewCollector(unleakprom.Options{}), strings.NewReader(want)); err != nil {
		t.Error(err)
	}
}

func ExampleNewCollector() {
	registry := prometheus.NewRegistry()
	registry.MustRegister(unleakprom.NewCollector(unleakprom.Options{}))

	families, err := registry.Gather()
	fmt.Println(err, families[0].GetName(), families[0].GetMetric()[0].GetGauge().GetValue()) // no monitor was started
	// Output: <nil> unleak_up 0
}

func ExampleOptions() {
	c := unleakprom.NewCollector(unleakprom.Options{MaxFindings: 5})
	fmt.Println(testutil.CollectAndCount(c)) // no monitor was started
	// Output: 1
}
