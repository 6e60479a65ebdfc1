// SPDX-License-Identifier: MIT

package text

import "github.com/unleak/unleak"

// A block is findings that a reader takes for one: the same wait in the same
// place for the same reason, reached from several go statements. Their keys
// differ in the entry function alone, which is often a test's function literal.
type block struct {
	// Finding is the first of them with the counts and the evidence of all.
	unleak.Finding
	all []*unleak.Finding
}

// blocks puts findings together. With Verbose each stays by itself, for its stack
// and key.
func (p *printer) blocks(findings []*unleak.Finding) []block {
	type place struct {
		grade       unleak.Grade
		cause       unleak.Cause
		wait        unleak.Wait
		blocked     unleak.Frame
		explanation string
	}
	var blocks []block
	index := make(map[place]int)
	for _, f := range findings {
		at := place{f.Grade, f.Cause, f.Wait, f.Blocked, f.Explanation}
		if i, ok := index[at]; ok && !p.Verbose && f.Blocked.Line > 0 && sameOwn(blocks[i].Own, f.Own) {
			b := &blocks[i]
			b.Count += f.Count
			b.Evidence = append(b.Evidence[:len(b.Evidence):len(b.Evidence)], f.Evidence...)
			b.all = append(b.all, f)
			continue
		}
		index[at] = len(blocks)
		blocks = append(blocks, block{*f, []*unleak.Finding{f}})
	}
	return blocks
}

func sameOwn(a, b *unleak.Frame) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}
