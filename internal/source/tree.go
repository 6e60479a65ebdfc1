// SPDX-License-Identifier: MIT

package source

// A Tree reads Go source through the functions that it is given. The zero Tree
// has no source: every answer is zero. A Tree keeps what it read and must not be
// used by several goroutines at once.
type Tree struct {
	// ReadFile returns the content of a file, named as in frames.
	ReadFile func(name string) ([]byte, error)
	// ReadDir returns the names (without folder) of a folder's files. Without
	// it, each file is looked at alone.
	ReadDir func(dir string) ([]string, error)
}
