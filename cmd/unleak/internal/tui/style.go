// SPDX-License-Identifier: MIT

package tui

import (
	"strings"

	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
)

// A theme holds the escape sequences of colours and weights. The renderer leaves
// out colours that the terminal has not.
type theme struct {
	faint, red, yellow, blue, green string
	// selected is the background of the selected line, or "" to reverse it.
	selected string
}

const (
	bold    = "\x1b[1m"
	reverse = "\x1b[7m"
	reset   = "\x1b[m"
)

// A shade is what is known of the terminal's background.
type shade int

const (
	unknown shade = iota
	dark
	light
)

// newTheme picks colours that can be read on the background. Where that is not
// known, the terminal's own sixteen are, by its user's choice. A selection that is
// a shade of grey needs 256 colours.
func newTheme(s shade, colors colorprofile.Profile) theme {
	switch {
	case s == dark && colors >= colorprofile.ANSI256:
		return theme{faint: fg("246"), red: fg("203"), yellow: fg("221"), blue: fg("117"), green: fg("114"), selected: "\x1b[48;5;237m"}
	case s == light && colors >= colorprofile.ANSI256:
		return theme{faint: fg("241"), red: fg("160"), yellow: fg("130"), blue: fg("25"), green: fg("28"), selected: "\x1b[48;5;253m"}
	}
	return theme{faint: "\x1b[2m", red: "\x1b[31m", yellow: "\x1b[33m", blue: "\x1b[36m", green: "\x1b[32m"}
}

func fg(color string) string { return "\x1b[38;5;" + color + "m" }

func paint(style, s string) string {
	if style == "" || s == "" {
		return s
	}
	return style + s + reset
}

// highlight draws a whole line as the selected one.
func (t theme) highlight(line string) string {
	if t.selected == "" {
		return reverse + ansi.Strip(line) + reset
	}
	return t.selected + strings.ReplaceAll(line, reset, reset+t.selected) + reset
}

// stress draws a whole line bold.
func (t theme) stress(line string) string {
	return bold + strings.ReplaceAll(line, reset, reset+bold) + reset
}

// grade is the colour of a row's mark.
func (t theme) grade(mark string) string {
	switch mark {
	case "proven":
		return bold + t.red
	case "likely":
		return bold + t.yellow
	case "suspect":
		return t.blue
	}
	return t.faint
}
