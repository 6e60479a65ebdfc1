// SPDX-License-Identifier: MIT

// Package unleakprom has the metrics of unleak's monitor for Prometheus.
//
//	stop, err := monitor.Start(monitor.Options{})
//	...
//	prometheus.MustRegister(unleakprom.NewCollector(unleakprom.Options{}))
//
// A scrape takes no profile: it reads what the monitor knows. The number of series is
// bounded: only unleak_finding_goroutines has one for each finding, of the surest and
// largest Options.MaxFindings.
package unleakprom

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/unleak/unleak/monitor"
)

// Options says what to collect. The zero value is good.
type Options struct {
	// MaxFindings bounds the series of unleak_finding_goroutines; 0 means 20, a
	// negative value none.
	MaxFindings int
	// Read returns what a monitor knows, and whether one runs; nil means
	// monitor.Read.
	Read func() (status monitor.Status, ok bool)
}

const defaultMaxFindings = 20

// NewCollector returns a collector of the monitor of this process. It may be
// registered before the monitor is started: where none runs, unleak_up is 0 and
// stands alone.
func NewCollector(o Options) prometheus.Collector {
	if o.MaxFindings == 0 {
		o.MaxFindings = defaultMaxFindings
	}
	if o.Read == nil {
		o.Read = monitor.Read
	}
	return &collector{o}
}

type collector struct{ o Options }

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc("unleak_"+name, help, labels, nil)
}

// descriptions are the metrics, which are fixed.
var (
	up          = describe("up", "Whether unleak's monitor runs in the process.")
	goroutines  = describe("goroutines", "The goroutines, by what they do.", "state")
	created     = describe("goroutines_created_total", "The goroutines that were started since the process began.")
	findings    = describe("findings", "The groups of goroutines that leak, by how sure that is.", "grade")
	finding     = describe("finding_goroutines", "The goroutines of a group that leaks.", "key", "grade", "cause", "function")
	hidden      = describe("findings_hidden", "The findings that have no series of their own.")
	budget      = describe("budget_goroutines", "How many goroutines the budget allows, where there is one.")
	hours       = describe("budget_seconds", "How long it takes until the budget is reached, where a leak leads there.")
	profiles    = describe("profiles_total", "The goroutine profiles that the monitor took.")
	profileTime = describe("profile_seconds_total", "How long its profiles took.")
	profiled    = describe("last_profile_timestamp_seconds", "When it took the last one.")
	proofs      = describe("proofs_total", "The goroutineleak profiles that it took.")
)

// Describe implements prometheus.Collector.
func (c *collector) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		up, goroutines, created, findings, finding, hidden, budget, hours, profiles, profileTime, profiled, proofs,
	} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (c *collector) Collect(ch chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...)
	}
	counter := func(d *prometheus.Desc, value float64) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, value)
	}
	s, ok := c.o.Read()
	if !ok {
		gauge(up, 0)
		return
	}
	gauge(up, 1)
	gauge(goroutines, float64(s.Running), "running")
	gauge(goroutines, float64(s.Runnable), "runnable")
	gauge(goroutines, float64(s.Waiting), "waiting")
	gauge(goroutines, float64(s.NotInGo), "not-in-go")
	counter(created, float64(s.Created))
	counter(profiles, float64(s.Profiles))
	counter(profileTime, s.ProfileTime.Seconds())
	counter(proofs, float64(s.Proofs))
	if !s.Profiled.IsZero() {
		gauge(profiled, float64(s.Profiled.UnixMilli())/1e3)
	}
	if f := s.Forecast; f != nil {
		gauge(budget, float64(f.Goroutines))
		if f.Hours > 0 {
			gauge(hours, f.Hours*3600)
		}
	}
	c.findings(&s, gauge)
}

// findings collects what is found: as numbers, and the first as series of their own.
func (c *collector) findings(s *monitor.Status, gauge func(*prometheus.Desc, float64, ...string)) {
	byGrade := map[string]int{"proven": 0, "likely": 0, "suspect": 0}
	shown := min(len(s.Findings), max(c.o.MaxFindings, 0))
	for i := range s.Findings {
		f := &s.Findings[i]
		byGrade[string(f.Grade)]++
		if i < shown {
			gauge(finding, float64(f.Count), f.Key, string(f.Grade), string(f.Cause), f.Blocked.Func)
		}
	}
	for grade, n := range byGrade {
		gauge(findings, float64(n), grade)
	}
	gauge(hidden, float64(len(s.Findings)-shown))
}
