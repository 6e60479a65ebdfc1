// SPDX-License-Identifier: MIT

// Package front makes models of Go functions, from their SSA form. A model begins
// with one function of a package, called with arguments of which nothing is known,
// and holds all functions of the package that this one may call or start. What
// other packages' functions do with their arguments is not known either, but for
// those that std.go lists.
package front
