// SPDX-License-Identifier: MIT

package reporttest

import (
	"time"

	"github.com/unleak/unleak"
)

// Attacks returns texts that would run, load or break out if they were written
// into a page as they are.
func Attacks() []string {
	return []string{
		`<script>alert(1)</script>`,
		`</script><script>alert(1)</script>`,
		`</style><script>alert(1)</script>`,
		`</template></svg><script>alert(1)</script>`,
		`</title><svg onload=alert(1)>`,
		`"><img src=x onerror=alert(1)>`,
		`' onmouseover='alert(1)`,
		"` onfocus=`alert(1)",
		`javascript:alert(1)`,
		`<a href="javascript:alert(1)">x</a>`,
		`<meta http-equiv="refresh" content="0;url=//evil.example">`,
		`<!--`, `-->`, `<!--<script>`, `]]>`, `{{.}}`, `${alert(1)}`, `&lt;script&gt;`, `__proto__`, `constructor`,
		"\x00<scr\x00ipt>", "\u202e<b>", "<\u2028script>", "\\\"};alert(1);//",
	}
}

// Everywhere returns a stream with text in every text.
func Everywhere(text string) []unleak.Message {
	frame := unleak.Frame{Func: text, File: text, Line: 1, Text: text}
	age := &unleak.Age{Min: 1, Max: 2, Known: 1}
	finding := &unleak.Finding{
		Key: text, Cause: unleak.Cause(text), Grade: unleak.Grade(text), Count: 2, Wait: unleak.Wait(text),
		Blocked: frame, Own: &frame, Entry: frame, Created: &frame, Creators: []unleak.Frame{frame}, Stack: []unleak.Frame{frame},
		Age: age, Impact: &unleak.Impact{Share: 0.5, StackBytes: 4096, AtLeast: true, PerHour: 1, Counts: []int{1, 2}},
		Evidence: []unleak.Evidence{
			{Source: unleak.SourceTest, How: unleak.How(text), Grade: unleak.Grade(text), Count: 1, Package: text, Test: text, Worker: text, Note: text},
			{Source: unleak.SourceTest, Package: text, Note: text},
			{Source: unleak.SourceFleet, Instance: text, Version: text},
		},
		Schedule:    &unleak.Schedule{Of: 2, Steps: []unleak.Step{{Goroutine: text, At: frame, What: text, Times: 2, Meets: 1, Note: text, Stuck: true}}},
		Explanation: text,
		Fixes:       []unleak.Fix{{Title: text, Edits: []unleak.Edit{{File: text, Line: 1, End: 1, New: text}}}},
	}
	alone := *finding // without a group
	alone.Key += "2"
	values := []unleak.ValueCount{{Value: text, Count: 2}}
	group := &unleak.Group{
		Key: text, Count: 2, Wait: unleak.Wait(text), Leaked: 1, Idle: text, Stack: []unleak.Frame{frame, {Func: "net/http." + text, File: "/" + text}},
		Elided: 1, Created: &frame, Age: age, Counts: []int{1, 2}, Labels: map[string][]unleak.ValueCount{text: values},
	}
	snapshot := &unleak.Snapshot{From: text, Time: time.Unix(0, 0), Format: text, Goroutines: 4, Memory: &unleak.Memory{Stack: 1, Sys: 2}}
	return []unleak.Message{
		{Config: &unleak.Config{Tool: text, Version: text, Command: text, Go: text, Module: text, NoProof: text}},
		{Snapshot: snapshot}, {Snapshot: snapshot},
		{Finding: finding}, {Finding: &alone},
		{Group: group},
		{Rollup: &unleak.Rollup{By: text, Values: values, Without: 1}},
		{Loss: &unleak.Loss{Kind: text, Package: text, Message: text}},
		{Summary: &unleak.Summary{Suspect: 1, Goroutines: 1, Total: 4, Forecast: &unleak.Forecast{Goroutines: 9, PerHour: 1, Hours: 5}}},
	}
}
