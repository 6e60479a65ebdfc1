// SPDX-License-Identifier: MIT

package unleak

import "strings"

// IsStandard reports whether a package belongs to Go's standard library. It
// goes by the first element of the import path, from a fixed list, so that every
// source (a dump from another machine, a profile, a source tree) decides alike.
// The go command keeps first elements without a dot for the standard library
// (go help importpath), so that no user's module should bear one of these.
func IsStandard(importPath string) bool {
	first, _, _ := strings.Cut(importPath, "/")
	_, ok := standard[first]
	return ok
}

// standard lists the first path elements of $GOROOT/src as of Go 1.27.
var standard = func() map[string]struct{} {
	m := make(map[string]struct{})
	for _, s := range strings.Fields(`
		archive arena bufio builtin bytes cmp compress container context crypto
		database debug embed encoding errors expvar flag fmt go hash html image
		index internal io iter log maps math mime net os path plugin reflect
		regexp runtime simd slices sort strconv strings structs sync syscall
		testing text time unicode unique unsafe uuid vendor weak`) {
		m[s] = struct{}{}
	}
	return m
}()
