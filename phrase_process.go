// SPDX-License-Identifier: MIT

package unleak

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Bytes writes a size with the digits that matter: "2.3 KiB", "512 MiB".
func Bytes(n int64) string {
	size, unit := float64(n), "B"
	for _, next := range [...]string{"KiB", "MiB", "GiB", "TiB"} {
		if size < 1000 {
			break
		}
		size, unit = size/1024, next
	}
	return rounded(size) + " " + unit
}

// rounded writes a number with two digits or more.
func rounded(n float64) string {
	if tenths := math.Round(n*10) / 10; math.Abs(tenths) < 10 {
		return strconv.FormatFloat(tenths, 'f', -1, 64)
	}
	if math.Abs(n) < 1<<53 {
		return Number(int(math.Round(n)))
	}
	return strconv.FormatFloat(n, 'g', 4, 64) // no count of anything
}

// Text says how long goroutines have waited, of which there are count, and how
// far that is to be trusted.
func (a *Age) Text(count int) string {
	text := fmt.Sprintf("about %d min", a.Max)
	if a.Min < a.Max {
		text = fmt.Sprintf("about %d to %d min", a.Min, a.Max)
	}
	text += ", give or take a cycle of the garbage collector"
	if a.Known < count {
		text += fmt.Sprintf("; %s of %s show it", Number(a.Known), Number(count))
	}
	return text
}

// Text says what the goroutines of a finding cost: "79 % of all goroutines, at
// least 2.3 MiB of stack".
func (i *Impact) Text() string {
	var parts []string
	if i.Share > 0 {
		parts = append(parts, percent(i.Share)+" of all goroutines")
	}
	if i.StackBytes > 0 {
		stack := Bytes(i.StackBytes) + " of stack"
		if i.AtLeast {
			stack = "at least " + stack
		}
		parts = append(parts, stack)
	}
	return strings.Join(parts, ", ")
}

func percent(share float64) string {
	switch {
	case share < 0.001:
		return "under 0.1 %"
	case 0.999 < share && share < 1:
		return "over 99.9 %" // there are others
	}
	return rounded(share*100) + " %"
}

// Growth says how the number of a finding's goroutines changed: "120, 240, 370:
// 4500 more an hour"; "" where only one look was taken.
func (i *Impact) Growth() string {
	const ends = 3 // of more numbers than two times that, the middle is left out
	var numbers []string
	for at, n := range i.Counts {
		switch {
		case len(i.Counts) <= 2*ends || at < ends || at >= len(i.Counts)-ends:
			numbers = append(numbers, strconv.Itoa(n))
		case at == ends:
			numbers = append(numbers, "...")
		}
	}
	text := strings.Join(numbers, ", ")
	if i.PerHour == 0 {
		return text
	}
	if text != "" {
		text += ": "
	}
	return text + change(i.PerHour)
}

// change writes a growth, which may be negative, by the time that suits it.
func change(perHour float64) string {
	more := "more"
	if perHour < 0 {
		more = "fewer"
	}
	n := math.Abs(perHour)
	if n < 0.1 {
		return "less than 0.1 " + more + " an hour"
	}
	text := fmt.Sprintf("%s %s an hour", rounded(n), more)
	if n >= 3600 {
		text += fmt.Sprintf(" (%s a second)", rounded(n/3600))
	}
	return text
}

// Text says how many goroutines the process can have, of which there are total
// now, and when it will.
func (f *Forecast) Text(total int) string {
	limit := Plural(int(f.Goroutines), "goroutine")
	text := "the limit is " + limit
	switch {
	case f.Bytes > 0 && f.PerGoroutine > 0:
		text = fmt.Sprintf("%s of memory hold the stacks of %s, at %s each", Bytes(f.Bytes), limit, Bytes(f.PerGoroutine))
	case f.Bytes > 0:
		text = fmt.Sprintf("%s of memory hold the stacks of at most %s", Bytes(f.Bytes), limit)
	}
	switch {
	case int64(total) >= f.Goroutines:
		return text + "; there are " + Number(total) + " already"
	case f.Hours > 0:
		return text + fmt.Sprintf("; with %s that is reached in %s", change(f.PerHour), span(f.Hours))
	}
	return text
}

// span writes a length of time as far as a forecast can tell it.
func span(hours float64) string {
	switch {
	case hours < 1.0/60:
		return "a minute or less"
	case hours < 2:
		return "about " + rounded(math.Round(hours*60)) + " min"
	case hours < 48:
		return "about " + rounded(hours) + " hours"
	case hours < 2*365*24:
		return "about " + rounded(hours/24) + " days"
	}
	return "years"
}
