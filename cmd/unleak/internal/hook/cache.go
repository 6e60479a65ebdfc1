// SPDX-License-Identifier: MIT

package hook

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
)

// Keep returns the overlay for goroot like Write, from a folder below dir where an
// earlier call left it: parsing package testing is most of what a run costs
// before go test starts. A change of the toolchain's files or of this code makes
// another folder.
func Keep(goroot, dir string) (Replace, error) {
	name, err := identity(goroot)
	if err != nil {
		return nil, err
	}
	folder := filepath.Join(dir, name)
	if replace := kept(goroot, folder); replace != nil {
		return replace, nil
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("keeping the overlay: %w", err)
	}
	// Other runs must see the folder whole or not at all.
	temp, err := os.MkdirTemp(dir, "new-")
	if err != nil {
		return nil, fmt.Errorf("keeping the overlay: %w", err)
	}
	defer os.RemoveAll(temp)
	written, err := Write(goroot, temp)
	if err != nil {
		return nil, err
	}
	os.RemoveAll(folder) // it was there and not whole
	if err := os.Rename(temp, folder); err != nil && !os.IsExist(err) {
		return nil, fmt.Errorf("keeping the overlay: %w", err)
	}
	for from, to := range written {
		written[from] = filepath.Join(folder, filepath.Base(to))
	}
	return written, nil
}

// identity names the overlay that this code makes of goroot.
func identity(goroot string) (string, error) {
	h := sha256.New()
	files := []string{filepath.Join(goroot, "VERSION")}
	for _, name := range patched {
		files = append(files, filepath.Join(goroot, "src", filepath.FromSlash(name)))
	}
	for _, file := range files {
		st, err := os.Stat(file)
		if err != nil {
			fmt.Fprintf(h, "%s is missing\n", file)
			continue
		}
		fmt.Fprintf(h, "%s %d %d\n", file, st.Size(), st.ModTime().UnixNano())
	}
	code, err := sources.ReadDir(".")
	if err != nil {
		return "", err
	}
	for _, file := range code {
		data, err := sources.ReadFile(file.Name())
		if err != nil {
			return "", err
		}
		h.Write(data)
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}

// kept returns the entries of an overlay that is there; nil where a file of it is
// not.
func kept(goroot, folder string) Replace {
	w := writer{goroot: goroot, dir: folder, replace: make(Replace)}
	names := slices.Clone(patched[:])
	for _, file := range added {
		names = append(names, file.name)
	}
	for _, name := range names {
		path := w.place(name)
		if _, err := os.Stat(path); err != nil {
			return nil
		}
		w.replace[filepath.Join(goroot, "src", filepath.FromSlash(name))] = path
	}
	return w.replace
}
