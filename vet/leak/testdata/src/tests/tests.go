// SPDX-License-Identifier: MIT

// Package tests has code that tests use.
package tests

import "errors"

func ask(answers chan<- string, question string) {
	if question == "" {
		return
	}
	answers <- question + "!"
}

func load(name string) (string, error) {
	if name == "" {
		return "", errors.New("no name")
	}
	return name, nil
}
