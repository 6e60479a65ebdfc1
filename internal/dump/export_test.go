// SPDX-License-Identifier: MIT

package dump

// LineByLine returns options without the fast path.
func LineByLine(o Options) Options {
	o.slow = true
	return o
}

// InParts returns options that make parts of an input so large.
func InParts(o Options, size int64) Options {
	o.partSize = size
	return o
}

// TakesAtOnce reports whether the fast path takes all of a text as one record.
func TakesAtOnce(text string) bool {
	n, ok := new(record).take(newCache(maxCached), []byte(text))
	return ok && n == len(text)
}

// MaxCached is the bound of what is kept.
const MaxCached = maxCached
