// SPDX-License-Identifier: MIT

// Package unleakotel has the metrics of unleak's monitor for OpenTelemetry.
//
//	stop, err := monitor.Start(monitor.Options{})
//	...
//	registration, err := unleakotel.Register(otel.Meter("unleak"), unleakotel.Options{})
//
// An observation takes no profile: it reads what the monitor knows. The number of series
// is bounded: only unleak.finding.goroutines has one for each finding, of the surest and
// largest Options.MaxFindings.
package unleakotel

import (
	"context"
	"fmt"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/unleak/unleak/monitor"
)

// Options says what to observe. The zero value is good.
type Options struct {
	// MaxFindings bounds the series of unleak.finding.goroutines; 0 means 20, a
	// negative value none.
	MaxFindings int
	// Read returns what a monitor knows, and whether one runs; nil means
	// monitor.Read.
	Read func() (status monitor.Status, ok bool)
}

const defaultMaxFindings = 20

// Register makes the instruments and observes the monitor of this process until
// Unregister is called on what it returns. It may be called before the monitor is
// started: where none runs, nothing is observed. The error is the meter's.
func Register(meter metric.Meter, o Options) (metric.Registration, error) {
	if o.MaxFindings == 0 {
		o.MaxFindings = defaultMaxFindings
	}
	if o.Read == nil {
		o.Read = monitor.Read
	}
	b := builder{meter: meter}
	i := instruments{
		options:     o,
		goroutines:  b.gauge("unleak.goroutines", "{goroutine}", "The goroutines, by what they do."),
		created:     b.counter("unleak.goroutines.created", "{goroutine}", "The goroutines that were started since the process began."),
		findings:    b.gauge("unleak.findings", "{finding}", "The groups of goroutines that leak, by how sure that is."),
		finding:     b.gauge("unleak.finding.goroutines", "{goroutine}", "The goroutines of a group that leaks."),
		hidden:      b.gauge("unleak.findings.hidden", "{finding}", "The findings that have no series of their own."),
		budget:      b.gauge("unleak.budget.goroutines", "{goroutine}", "How many goroutines the budget allows, where there is one."),
		left:        b.seconds("unleak.budget.left", "How long it takes until the budget is reached, where a leak leads there."),
		profiles:    b.counter("unleak.profiles", "{profile}", "The goroutine profiles that the monitor took."),
		profileTime: b.secondsCounter("unleak.profile.time", "How long its profiles took."),
		proofs:      b.counter("unleak.proofs", "{profile}", "The goroutineleak profiles that it took."),
	}
	if b.err != nil {
		return nil, fmt.Errorf("unleakotel: %w", b.err)
	}
	r, err := meter.RegisterCallback(i.observe, b.all...)
	if err != nil {
		return nil, fmt.Errorf("unleakotel: %w", err)
	}
	return r, nil
}

// A builder makes instruments and keeps the first error.
type builder struct {
	meter metric.Meter
	all   []metric.Observable
	err   error
}

// made notes an instrument.
func made[T metric.Observable](b *builder, instrument T, err error) T {
	if err != nil && b.err == nil {
		b.err = err
	}
	b.all = append(b.all, instrument)
	return instrument
}

func (b *builder) gauge(name, unit, help string) metric.Int64ObservableGauge {
	i, err := b.meter.Int64ObservableGauge(name, metric.WithUnit(unit), metric.WithDescription(help))
	return made(b, i, err)
}

func (b *builder) counter(name, unit, help string) metric.Int64ObservableCounter {
	i, err := b.meter.Int64ObservableCounter(name, metric.WithUnit(unit), metric.WithDescription(help))
	return made(b, i, err)
}

func (b *builder) seconds(name, help string) metric.Float64ObservableGauge {
	i, err := b.meter.Float64ObservableGauge(name, metric.WithUnit("s"), metric.WithDescription(help))
	return made(b, i, err)
}

func (b *builder) secondsCounter(name, help string) metric.Float64ObservableCounter {
	i, err := b.meter.Float64ObservableCounter(name, metric.WithUnit("s"), metric.WithDescription(help))
	return made(b, i, err)
}

type instruments struct {
	options                                       Options
	goroutines, findings, finding, hidden, budget metric.Int64ObservableGauge
	created, profiles, proofs                     metric.Int64ObservableCounter
	left                                          metric.Float64ObservableGauge
	profileTime                                   metric.Float64ObservableCounter
}

// observe tells what the monitor knows.
func (i *instruments) observe(_ context.Context, to metric.Observer) error {
	s, ok := i.options.Read()
	if !ok {
		return nil
	}
	for state, n := range map[string]int{"running": s.Running, "runnable": s.Runnable, "waiting": s.Waiting, "not-in-go": s.NotInGo} {
		to.ObserveInt64(i.goroutines, int64(n), metric.WithAttributes(attribute.String("state", state)))
	}
	to.ObserveInt64(i.created, int64(s.Created))
	to.ObserveInt64(i.profiles, int64(s.Profiles))
	to.ObserveFloat64(i.profileTime, s.ProfileTime.Seconds())
	to.ObserveInt64(i.proofs, int64(s.Proofs))
	if f := s.Forecast; f != nil {
		to.ObserveInt64(i.budget, f.Goroutines)
		if f.Hours > 0 {
			to.ObserveFloat64(i.left, f.Hours*3600)
		}
	}
	i.observeFindings(&s, to)
	return nil
}

// observeFindings tells what is found: as numbers, and the first as series of their own.
func (i *instruments) observeFindings(s *monitor.Status, to metric.Observer) {
	byGrade := map[string]int64{"proven": 0, "likely": 0, "suspect": 0}
	shown := min(len(s.Findings), max(i.options.MaxFindings, 0))
	for n := range s.Findings {
		f := &s.Findings[n]
		byGrade[string(f.Grade)]++
		if n < shown {
			to.ObserveInt64(i.finding, int64(f.Count), metric.WithAttributes(
				attribute.String("key", f.Key), attribute.String("grade", string(f.Grade)),
				attribute.String("cause", string(f.Cause)), attribute.String("function", f.Blocked.Func)))
		}
	}
	for grade, n := range byGrade {
		to.ObserveInt64(i.findings, n, metric.WithAttributes(attribute.String("grade", grade)))
	}
	to.ObserveInt64(i.hidden, int64(len(s.Findings)-shown))
}
