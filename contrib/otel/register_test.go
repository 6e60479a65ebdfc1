// SPDX-License-Identifier: MIT

package unleakotel_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"
	"go.opentelemetry.io/otel/metric/noop"
	sdk "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/unleak/unleak"
	unleakotel "github.com/unleak/unleak/contrib/otel"
	"github.com/unleak/unleak/monitor"
)

// collect returns what is observed of a monitor that found so many groups, a line each.
func collect(t *testing.T, found, shown int, runs bool) []string {
	t.Helper()
	s := monitor.Status{
		Numbers:  monitor.Numbers{Goroutines: 110, Running: 1, Runnable: 2, Waiting: 100, NotInGo: 7, Created: 5000},
		Profiles: 4, ProfileTime: 1500 * time.Millisecond, Proofs: 1,
		Forecast: &unleak.Forecast{Goroutines: 1000, PerHour: 60, Hours: 2},
	}
	for i := range found {
		s.Findings = append(s.Findings, unleak.Finding{
			Key: fmt.Sprint("key", i), Grade: unleak.Likely, Cause: unleak.CauseChanSend, Count: 60 - i, Blocked: unleak.Frame{Func: "m.leak"},
		})
	}
	reader := sdk.NewManualReader()
	meter := sdk.NewMeterProvider(sdk.WithReader(reader)).Meter("test")
	registration, err := unleakotel.Register(meter, unleakotel.Options{MaxFindings: shown, Read: func() (monitor.Status, bool) { return s, runs }})
	if err != nil {
		t.Fatal(err)
	}
	lines := gather(t, reader)
	if err := registration.Unregister(); err != nil {
		t.Fatal(err)
	}
	if after := gather(t, reader); len(after) > 0 {
		t.Errorf("after Unregister %q", after)
	}
	return lines
}

func gather(t *testing.T, reader sdk.Reader) []string {
	t.Helper()
	var all metricdata.ResourceMetrics
	if err := reader.Collect(t.Context(), &all); err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, scope := range all.ScopeMetrics {
		for _, m := range scope.Metrics {
			switch data := m.Data.(type) {
			case metricdata.Gauge[int64]:
				lines = points(lines, m.Name, data.DataPoints)
			case metricdata.Sum[int64]:
				lines = points(lines, m.Name, data.DataPoints)
			case metricdata.Gauge[float64]:
				lines = points(lines, m.Name, data.DataPoints)
			case metricdata.Sum[float64]:
				lines = points(lines, m.Name, data.DataPoints)
			default:
				t.Errorf("%s is a %T", m.Name, data)
			}
		}
	}
	slices.Sort(lines)
	return lines
}

func points[N int64 | float64](lines []string, name string, list []metricdata.DataPoint[N]) []string {
	for _, p := range list {
		lines = append(lines, fmt.Sprintf("%s{%s} %v", name, p.Attributes.Encoded(attribute.DefaultEncoder()), p.Value))
	}
	return lines
}

func TestRegister(t *testing.T) {
	want := []string{
		"unleak.budget.goroutines{} 1000",
		"unleak.budget.left{} 7200",
		"unleak.finding.goroutines{cause=chan-send,function=m.leak,grade=likely,key=key0} 60",
		"unleak.finding.goroutines{cause=chan-send,function=m.leak,grade=likely,key=key1} 59",
		"unleak.findings.hidden{} 1",
		"unleak.findings{grade=likely} 3",
		"unleak.findings{grade=proven} 0",
		"unleak.findings{grade=suspect} 0",
		"unleak.goroutines.created{} 5000",
		"unleak.goroutines{state=not-in-go} 7",
		"unleak.goroutines{state=runnable} 2",
		"unleak.goroutines{state=running} 1",
		"unleak.goroutines{state=waiting} 100",
		"unleak.profile.time{} 1.5",
		"unleak.profiles{} 4",
		"unleak.proofs{} 1",
	}
	if got := collect(t, 3, 2, true); !slices.Equal(got, want) {
		t.Errorf("got\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(want, "\n\t"))
	}
}

// TestBounded: however much leaks, the number of series does not grow with it; and
// without a monitor there is none.
func TestBounded(t *testing.T) {
	few := len(collect(t, 1, 0, true))
	if many := len(collect(t, 5000, 0, true)); many != few+19 {
		t.Errorf("%d series with one finding, %d with 5,000; want 19 more", few, many)
	}
	if none := len(collect(t, 5000, -1, true)); none != few-1 {
		t.Errorf("%d series, want %d with none for findings", none, few-1)
	}
	if lines := collect(t, 3, 0, false); len(lines) > 0 {
		t.Errorf("without a monitor %q", lines)
	}
}

// A refusing meter makes no gauges.
type refusing struct{ noop.Meter }

var errRefused = errors.New("refused")

func (refusing) Int64ObservableGauge(string, ...metric.Int64ObservableGaugeOption) (metric.Int64ObservableGauge, error) {
	return nil, errRefused
}

func TestRegisterError(t *testing.T) {
	if _, err := unleakotel.Register(refusing{}, unleakotel.Options{}); !errors.Is(err, errRefused) {
		t.Errorf("error %v", err)
	}
}

func ExampleRegister() {
	provider := sdk.NewMeterProvider(sdk.WithReader(sdk.NewManualReader()))
	defer provider.Shutdown(context.Background())

	registration, err := unleakotel.Register(provider.Meter("unleak"), unleakotel.Options{})
	fmt.Println(err)
	fmt.Println(registration.Unregister())
	// Output:
	// <nil>
	// <nil>
}

func ExampleOptions() {
	_, err := unleakotel.Register(noop.Meter{}, unleakotel.Options{MaxFindings: 5})
	fmt.Println(err)
	// Output: <nil>
}
