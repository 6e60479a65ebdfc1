// SPDX-License-Identifier: MIT

package unleak_test

import (
	"testing"

	"github.com/unleak/unleak"
)

func TestBytes(t *testing.T) {
	for _, test := range []struct {
		n    int64
		want string
	}{
		{0, "0 B"}, {1, "1 B"}, {999, "999 B"}, {1000, "1 KiB"}, {1024, "1 KiB"}, {2355, "2.3 KiB"}, {10_188, "9.9 KiB"}, {10_240, "10 KiB"},
		{999 << 10, "999 KiB"}, {1023 << 10, "1 MiB"}, {512 << 20, "512 MiB"}, {3 << 29, "1.5 GiB"}, {5 << 40, "5 TiB"}, {1 << 62, "4,194,304 TiB"},
	} {
		if got := unleak.Bytes(test.n); got != test.want {
			t.Errorf("%d bytes: got %q, want %q", test.n, got, test.want)
		}
	}
}

func TestAgeText(t *testing.T) {
	const cycle = ", give or take a cycle of the garbage collector"
	for _, test := range []struct {
		age   unleak.Age
		count int
		want  string
	}{
		{unleak.Age{Min: 12, Max: 12, Known: 3}, 3, "about 12 min" + cycle},
		{unleak.Age{Min: 1, Max: 412, Known: 3}, 3, "about 1 to 412 min" + cycle},
		{unleak.Age{Min: 1, Max: 412, Known: 3}, 9, "about 1 to 412 min" + cycle + "; 3 of 9 show it"},
		{unleak.Age{Min: 2, Max: 2, Known: 9}, 3, "about 2 min" + cycle}, // only some of those that show it are proven
	} {
		if got := test.age.Text(test.count); got != test.want {
			t.Errorf("%+v of %d: got %q, want %q", test.age, test.count, got, test.want)
		}
	}
}

func TestImpactText(t *testing.T) {
	for _, test := range []struct {
		impact unleak.Impact
		want   string
	}{
		{unleak.Impact{}, ""},
		{unleak.Impact{Share: 1}, "100 % of all goroutines"},
		{unleak.Impact{Share: 0.79, StackBytes: 2355, AtLeast: true}, "79 % of all goroutines, at least 2.3 KiB of stack"},
		{unleak.Impact{Share: 0.0312, StackBytes: 4 << 20}, "3.1 % of all goroutines, 4 MiB of stack"},
		{unleak.Impact{Share: 0.0001}, "under 0.1 % of all goroutines"},
		{unleak.Impact{StackBytes: 2048}, "2 KiB of stack"},
		{unleak.Impact{Share: 0.9999}, "over 99.9 % of all goroutines"}, // others are there
	} {
		if got := test.impact.Text(); got != test.want {
			t.Errorf("%+v: got %q, want %q", test.impact, got, test.want)
		}
	}
}

func TestGrowth(t *testing.T) {
	for _, test := range []struct {
		impact unleak.Impact
		want   string
	}{
		{unleak.Impact{}, ""},
		{unleak.Impact{Counts: []int{120, 240}}, "120, 240"},
		{unleak.Impact{Counts: []int{120, 240, 370}, PerHour: 750}, "120, 240, 370: 750 more an hour"},
		{unleak.Impact{Counts: []int{9, 5}, PerHour: -1.25}, "9, 5: 1.3 fewer an hour"},
		{unleak.Impact{PerHour: 36_000}, "36,000 more an hour (10 a second)"},
		{unleak.Impact{PerHour: 3599}, "3,599 more an hour"},
		{unleak.Impact{PerHour: -5400}, "5,400 fewer an hour (1.5 a second)"},
		{unleak.Impact{PerHour: 0.01}, "less than 0.1 more an hour"},
		{unleak.Impact{Counts: []int{1, 2, 3, 4, 5, 6}}, "1, 2, 3, 4, 5, 6"},
		{unleak.Impact{Counts: []int{1, 2, 3, 4, 5, 6, 7}}, "1, 2, 3, ..., 5, 6, 7"},
		{unleak.Impact{Counts: []int{1, 2, 3, 4, 5, 6, 7, 8, 9}}, "1, 2, 3, ..., 7, 8, 9"},
	} {
		if got := test.impact.Growth(); got != test.want {
			t.Errorf("%+v: got %q, want %q", test.impact, got, test.want)
		}
	}
}

func TestForecastText(t *testing.T) {
	for _, test := range []struct {
		forecast unleak.Forecast
		total    int
		want     string
	}{
		{unleak.Forecast{Goroutines: 10_000}, 500, "the limit is 10,000 goroutines"},
		{unleak.Forecast{Goroutines: 10_000, PerHour: 95}, 500, "the limit is 10,000 goroutines"},
		{unleak.Forecast{Goroutines: 10_000, PerHour: 95, Hours: 100}, 500, "the limit is 10,000 goroutines; with 95 more an hour that is reached in about 4.2 days"},
		{unleak.Forecast{Goroutines: 10_000, PerHour: 95}, 10_000, "the limit is 10,000 goroutines; there are 10,000 already"},
		{unleak.Forecast{Goroutines: 499_322, Bytes: 2 << 30, PerGoroutine: 4300, PerHour: 7200, Hours: 3}, 5,
			"2 GiB of memory hold the stacks of 499,322 goroutines, at 4.2 KiB each; with 7,200 more an hour (2 a second) that is reached in about 3 hours"},
		{unleak.Forecast{Goroutines: 1, Bytes: 2048}, 0, "2 KiB of memory hold the stacks of at most 1 goroutine"},
	} {
		if got := test.forecast.Text(test.total); got != test.want {
			t.Errorf("%+v of %d: got %q, want %q", test.forecast, test.total, got, test.want)
		}
	}
}

// TestForecastSpan: a forecast is told as roughly as it is known.
func TestForecastSpan(t *testing.T) {
	for _, test := range []struct {
		hours float64
		want  string
	}{
		{0.001, "a minute or less"}, {1.0 / 60, "about 1 min"}, {0.5, "about 30 min"}, {1.99, "about 119 min"}, {2, "about 2 hours"}, {7.25, "about 7.3 hours"}, {47, "about 47 hours"},
		{48, "about 2 days"}, {400, "about 17 days"}, {24 * 364, "about 364 days"}, {24 * 800, "years"}, {1e300, "years"},
	} {
		f := unleak.Forecast{Goroutines: 9, PerHour: 1, Hours: test.hours}
		if got, want := f.Text(0), "the limit is 9 goroutines; with 1 more an hour that is reached in "+test.want; got != want {
			t.Errorf("%v hours: got %q, want %q", test.hours, got, want)
		}
	}
}
