// SPDX-License-Identifier: MIT

// Package usage holds the error for mistakes on the command line, which every
// command ends with the same exit code.
package usage

import "fmt"

// An Error is a mistake on the command line. Its message says what to write
// instead.
type Error struct{ Message string }

func (e *Error) Error() string { return e.Message }

// Errorf returns an Error with a formatted message.
func Errorf(format string, args ...any) error {
	return &Error{fmt.Sprintf(format, args...)}
}
