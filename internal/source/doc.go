// SPDX-License-Identifier: MIT

// Package source says what Go source shows of one place in it: the operation on
// which a goroutine is blocked, where its channel or lock comes from, whether it
// sits in a loop without a way out, who could wake it, and how the go statement
// that started it is reached.
//
// It goes by syntax and by go/types over the files of one directory; imports are
// never read (a few standard packages are known as stubs), so it works on any
// tree, whatever of it is missing or does not compile. What cannot be told is
// left zero: no answer here is an error.
package source
