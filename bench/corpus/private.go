// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// checkPrivate looks for names of this machine in the files.
func checkPrivate(made string, folders ...string) error {
	words := folders
	if host, err := os.Hostname(); err == nil && len(host) > 3 { // shorter ones are words
		words = append(words, host)
	}
	if home, err := os.UserHomeDir(); err == nil && len(home) > 1 {
		words = append(words, home+"/")
	}
	return filepath.WalkDir(made, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		if strings.HasSuffix(name, ".gz") {
			zr, err := gzip.NewReader(bytes.NewReader(data))
			if err != nil {
				return err
			}
			if data, err = io.ReadAll(zr); err != nil {
				return err
			}
		}
		for _, w := range words {
			if bytes.Contains(data, []byte(w)) {
				return fmt.Errorf("%s holds %q, which is this machine's", name, w)
			}
		}
		return nil
	})
}
