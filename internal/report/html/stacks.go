// SPDX-License-Identifier: MIT

package html

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/unleak/unleak"
)

// Bounds of what a page holds, so that a hostile dump, or an honest one of a huge
// program, still gives a page that a browser can show.
const (
	// room is about how many bytes of data groups may take. With findings,
	// scripts and style a page then stays under 1 MB. 300 groups of 25 frames
	// take most of it where each frame is another function, and else a fifth.
	room = 720 << 10
	// maxFrames bounds one stack; the runtime itself prints 100 frames.
	maxFrames = 200
	// maxText bounds a name, maxLabels the labels of a group, and
	// maxLabelValues the values of one.
	maxText        = 400
	maxLabels      = 20
	maxLabelValues = 8
)

// groups is the data that stand in the page for its scripts, which stacks.js
// reads. Numbers refer to elements of the tables, counted from 0; -1 is none.
type groups struct {
	// Packages has three elements a package: the path with the dot behind it,
	// the same of its name alone, 1 where it is of the standard library.
	Packages []any `json:"packages"`
	// Functions has two a function: its package, the rest of its name.
	Functions []any `json:"functions"`
	// Files has two a file: its folder's number, its name.
	Files   []any    `json:"files"`
	Folders []string `json:"folders"`
	// Frames has three a frame: function, file, line.
	Frames []int `json:"frames"`
	// Texts has the source lines of frames where they are known.
	Texts map[int]string `json:"texts,omitempty"`
	// Nodes is a tree of all stacks with two elements a node: the node of the
	// caller, the frame. A stack is the way from its node to a root.
	Nodes []int    `json:"nodes"`
	Waits []string `json:"waits"`
	Idle  []string `json:"idle"`
	// Groups has the groups in the order of the stream.
	Groups []json.RawMessage `json:"groups"`
	// Rest counts the groups that had no room, and their goroutines.
	Rest struct {
		Groups int `json:"groups"`
		Count  int `json:"count"`
	} `json:"rest"`
	// Total is the number of groups that the last snapshot has, Count that of
	// their goroutines.
	Total int `json:"-"`
	Count int `json:"-"`

	findings map[int]bool // those that have a group
}

// A group is one unleak.Group among the data.
type group struct {
	Count   int     `json:"count"`
	Wait    int     `json:"wait"`
	Leaf    int     `json:"leaf"`
	Elided  int     `json:"elided,omitempty"`
	Blocked int     `json:"blocked"`
	Entry   int     `json:"entry"`
	Created int     `json:"created"`
	Finding int     `json:"finding"`
	Idle    int     `json:"idle"`
	Leaked  int     `json:"leaked,omitempty"`
	Age     []int   `json:"age,omitempty"` // min, max, known
	Counts  []int   `json:"counts,omitempty"`
	Change  int     `json:"change,omitempty"` // from the first snapshot to the last
	Labels  []label `json:"labels,omitempty"`
}

// A label is a key with its most frequent values; Rest is how many others there
// are.
type label struct {
	Key    string `json:"key"`
	Values []any  `json:"values"` // value, count, …
	Rest   int    `json:"rest,omitempty"`
}

// newGroups returns nil where there are none. Where there is not room for all,
// those of findings come first, then the largest.
func newGroups(list []unleak.Group, findings []unleak.Finding) *groups {
	if len(list) == 0 {
		return nil
	}
	byKey := make(map[string]int)
	for i, f := range findings {
		byKey[f.Key] = i + 1
	}
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		aFound, bFound := byKey[list[a].Key] > 0, byKey[list[b].Key] > 0
		switch {
		case aFound != bFound && aFound:
			return -1
		case aFound != bFound:
			return 1
		}
		return cmp.Compare(list[b].Count, list[a].Count)
	})
	t := newTables()
	rows := make([]json.RawMessage, len(list))
	for _, i := range order {
		g := &list[i]
		t.Count += g.Count
		if g.Count > 0 {
			t.Total++
		}
		if t.size > room {
			t.Rest.Groups++
			t.Rest.Count += g.Count
			continue
		}
		finding := byKey[g.Key] - 1
		t.findings[finding] = true
		rows[i] = t.group(g, finding)
	}
	t.Groups = slices.DeleteFunc(rows, func(r json.RawMessage) bool { return r == nil })
	return &t.groups
}

// has reports whether a finding has a group among the data.
func (g *groups) has(finding int) bool { return g != nil && g.findings[finding] }

// tables makes the data.
type tables struct {
	groups
	size      int // of the data, about
	packages  map[string]int
	functions map[string]int
	folders   map[string]int
	files     map[string]int
	frames    map[unleak.Frame]int
	nodes     map[[2]int]int
	waits     map[string]int
	idle      map[string]int
}

func newTables() *tables {
	return &tables{
		packages: make(map[string]int), functions: make(map[string]int), folders: make(map[string]int),
		files: make(map[string]int), frames: make(map[unleak.Frame]int), nodes: make(map[[2]int]int),
		waits: make(map[string]int), idle: make(map[string]int),
		// Empty lists and no nil ones, which JSON has as null.
		groups: groups{
			Packages: []any{}, Functions: []any{}, Files: []any{}, Folders: []string{}, Frames: []int{}, Nodes: []int{},
			Waits: []string{}, Idle: []string{}, Texts: make(map[int]string), findings: make(map[int]bool),
		},
	}
}

// enter returns the number of a key in a table, and whether it is new there: then
// it takes so many bytes.
func enter[K comparable](t *tables, index map[K]int, key K, bytes int) (n int, isNew bool) {
	if n, ok := index[key]; ok {
		return n, false
	}
	n = len(index)
	index[key] = n
	t.size += bytes
	return n, true
}

// group writes one group.
func (t *tables) group(g *unleak.Group, finding int) json.RawMessage {
	like := unleak.Goroutine{Stack: g.Stack}
	row := group{
		Count: g.Count, Wait: t.wait(string(g.Wait)), Elided: g.Elided, Leaked: g.Leaked, Finding: finding,
		Blocked: t.frame(like.Blocked()), Entry: t.frame(like.Entry()), Created: -1, Idle: t.reason(g.Idle),
		Counts: thin(g.Counts, maxTrend), Labels: labels(g.Labels),
	}
	if g.Created != nil {
		row.Created = t.frame(*g.Created)
	}
	if g.Age != nil {
		row.Age = []int{g.Age.Min, g.Age.Max, g.Age.Known}
	}
	if n := len(g.Counts); n > 1 {
		row.Change = g.Counts[n-1] - g.Counts[0]
	}
	stack := g.Stack
	if hidden := len(stack) - maxFrames; hidden > 0 {
		stack = slices.Concat(stack[:maxFrames/2], stack[len(stack)-maxFrames/2:])
		row.Elided = max(g.Elided, 0) + hidden
	}
	row.Leaf = t.leaf(stack)
	text, err := json.Marshal(row)
	if err != nil {
		panic(err) // numbers and strings
	}
	t.size += len(text) + 1
	return text
}

// leaf returns the node of a stack's innermost frame, -1 for no stack.
func (t *tables) leaf(stack []unleak.Frame) int {
	node := -1
	for _, f := range slices.Backward(stack) {
		key := [2]int{node, t.frame(f)}
		next, isNew := enter(t, t.nodes, key, 10)
		if isNew {
			t.Nodes = append(t.Nodes, key[0], key[1])
		}
		node = next
	}
	return node
}

func (t *tables) frame(f unleak.Frame) int {
	if f.IsZero() {
		return -1
	}
	n, isNew := enter(t, t.frames, f, 14)
	if isNew {
		t.Frames = append(t.Frames, t.function(f.Func), t.file(f.File), f.Line)
		if f.Text != "" {
			t.Texts[n] = clip(f.Text)
			t.size += len(t.Texts[n]) + 12
		}
	}
	return n
}

func (t *tables) function(name string) int {
	name = clip(name)
	prefix, rest := splitFunc(name)
	n, isNew := enter(t, t.functions, name, len(rest)+8)
	if isNew {
		t.Functions = append(t.Functions, t.pkg(prefix), rest)
	}
	return n
}

// pkg numbers a package by its path with the dot behind it, "" for C functions.
func (t *tables) pkg(prefix string) int {
	n, isNew := enter(t, t.packages, prefix, 2*len(prefix)+8)
	if isNew {
		standard := 0
		if unleak.IsStandard(unleak.PackageOf(prefix)) {
			standard = 1
		}
		t.Packages = append(t.Packages, prefix, unleak.ShortFunc(prefix), standard)
	}
	return n
}

// splitFunc cuts a function's name behind the dot that ends its package's path.
func splitFunc(name string) (prefix, rest string) {
	head, _, _ := strings.Cut(name, "[") // type arguments may hold slashes
	slash := strings.LastIndexByte(head, '/') + 1
	if dot := strings.IndexByte(head[slash:], '.'); dot >= 0 {
		return name[:slash+dot+1], name[slash+dot+1:]
	}
	return "", name
}

func (t *tables) file(path string) int {
	if path == "" {
		return -1
	}
	path = clip(path)
	n, isNew := enter(t, t.files, path, 8)
	if isNew {
		cut := strings.LastIndexAny(path, `/\`) + 1
		folder, isNew := enter(t, t.folders, path[:cut], cut+3)
		if isNew {
			t.Folders = append(t.Folders, path[:cut])
		}
		t.Files = append(t.Files, folder, path[cut:])
		t.size += len(path) - cut
	}
	return n
}

func (t *tables) wait(wait string) int {
	n, isNew := enter(t, t.waits, clip(wait), len(wait)+3)
	if isNew {
		t.Waits = append(t.Waits, clip(wait))
	}
	return n
}

func (t *tables) reason(idle string) int {
	if idle == "" {
		return -1
	}
	n, isNew := enter(t, t.idle, clip(idle), len(idle)+3)
	if isNew {
		t.Idle = append(t.Idle, clip(idle))
	}
	return n
}

// labels keeps the first labels by name, with the most frequent values of each.
func labels(all map[string][]unleak.ValueCount) []label {
	var list []label
	for _, key := range slices.Sorted(maps.Keys(all)) {
		if len(list) == maxLabels {
			return append(list, label{Key: "more labels", Rest: len(all) - maxLabels})
		}
		values := all[key]
		l := label{Key: clip(key), Rest: max(0, len(values)-maxLabelValues)}
		for _, v := range values[:len(values)-l.Rest] {
			l.Values = append(l.Values, clip(v.Value), v.Count)
		}
		list = append(list, l)
	}
	return list
}

// clip shortens a text that is too long for a page.
func clip(s string) string {
	if len(s) <= maxText {
		return s
	}
	return strings.ToValidUTF8(s[:maxText], "") + "…"
}
