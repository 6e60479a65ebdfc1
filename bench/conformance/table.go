// SPDX-License-Identifier: MIT

package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/dump/corpus"
)

// A tool reads dumps.
type tool struct {
	name string
	read func(ctx context.Context, text []byte) ([]unleak.Goroutine, error)
	// lacks names the fields that the tool does not have: they count as right.
	lacks []string
}

// makeTable returns the table, in Markdown. Profiles in protobuf are left out: none
// of the others is for them.
func makeTable(ctx context.Context) (string, error) {
	temp, err := os.MkdirTemp("", "conformance")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(temp)
	goleak, err := buildGoleak(ctx, temp)
	if err != nil {
		return "", err
	}
	tools := []tool{ours(), gostackparse(), panicparse(), goleak}
	files, err := corpus.All()
	if err != nil {
		return "", err
	}
	files = slices.DeleteFunc(files, func(f corpus.File) bool { return f.Form == corpus.Protobuf })

	var b strings.Builder
	b.WriteString("| file | goroutines |")
	for _, t := range tools {
		b.WriteString(" " + t.name + " |")
	}
	b.WriteString("\n| --- | --- |" + strings.Repeat(" --- |", len(tools)) + "\n")
	right := make([]int, len(tools))
	for _, f := range files {
		fmt.Fprintf(&b, "| %s | %d |", f.Name, len(f.Goroutines))
		for i, t := range tools {
			text, ok := cell(ctx, t, f)
			if ok {
				right[i]++
			}
			b.WriteString(" " + text + " |")
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "| files read without a fault | %d |", len(files))
	for _, n := range right {
		fmt.Fprintf(&b, " %d |", n)
	}
	b.WriteString("\n")
	return b.String(), nil
}

// cell says what a tool made of a file, and whether that is all that it could.
func cell(ctx context.Context, t tool, f corpus.File) (text string, ok bool) {
	got, err := read(ctx, t, f.Data)
	// What threads do is no goroutine.
	got = slices.DeleteFunc(got, func(g unleak.Goroutine) bool { return f.Form == corpus.Traceback && g.ID == 0 })
	v := f.Judge(got, t.lacks...)
	wrong := make(map[string]int)
	faulty := 0
	for _, w := range v.Wrong {
		fields := slices.DeleteFunc(w.Fields, func(field string) bool { return field == "wait" && isPrinted(w) })
		if len(fields) > 0 {
			faulty++
		}
		for _, field := range fields {
			wrong[field]++
		}
	}
	var parts []string
	switch {
	case v.Found == v.There:
		parts = append(parts, "all")
	case v.Found == 0:
		parts = append(parts, "none")
	default:
		parts = append(parts, fmt.Sprint(v.Found))
	}
	if faulty > 0 {
		parts = append(parts, fmt.Sprintf("%d wrong (%s)", faulty, strings.Join(slices.Sorted(maps.Keys(wrong)), ", ")))
	}
	if len(v.Invented) > 0 {
		parts = append(parts, fmt.Sprintf("%d invented", len(v.Invented)))
	}
	if v.Found < v.There && err == nil {
		parts = append(parts, "no error")
	}
	return strings.Join(parts, "; "), len(parts) == 1 && parts[0] == "all"
}

// isPrinted reports whether the wait is the one that the text has: before Go 1.20
// that is the same for all locks, and only the frames tell them apart.
func isPrinted(w corpus.Wrong) bool {
	switch w.Known.Wait {
	case unleak.WaitMutex, unleak.WaitRWLock, unleak.WaitRLock, unleak.WaitGroup:
		return w.Got.Wait == unleak.WaitSemacquire
	}
	return false
}

// read has the tool read the text; a panic is an error.
func read(ctx context.Context, t tool, text []byte) (got []unleak.Goroutine, err error) {
	defer func() {
		if r := recover(); r != nil {
			got, err = nil, fmt.Errorf("%s panics: %v", t.name, r)
		}
	}()
	return t.read(ctx, text)
}
