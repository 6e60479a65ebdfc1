// SPDX-License-Identifier: MIT

package tui

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"
)

// edited is the message that the editor has ended.
type edited struct {
	name string
	err  error
}

func (e edited) text() string {
	if e.err != nil {
		return fmt.Sprintf("%s: %s", e.name, clean(e.err.Error()))
	}
	return ""
}

// edit opens the selected frame's file.
func (m *model) edit() tea.Cmd {
	f := m.currentFrame()
	file := m.excerpt(f).File
	switch {
	case m.selected() == nil || m.focus > detailsPane:
		return nil
	case strings.TrimSpace(m.editor) == "":
		m.status = "set EDITOR to the command that opens a file"
		return nil
	case file == "":
		m.status = "the source of " + clip(place(f)) + " was not found on this machine"
		return nil
	}
	args := editorCommand(m.editor, file, f.Line)
	return tea.ExecProcess(exec.Command(args[0], args[1:]...), func(err error) tea.Msg { return edited{args[0], err} })
}

// editorCommand adds a file and a line to an editor's command, in that editor's
// way. What is not known is taken for one of the many that heed vi's.
func editorCommand(editor, file string, line int) []string {
	args := strings.Fields(editor)
	at := file + ":" + strconv.Itoa(line)
	switch name := filepath.Base(args[0]); strings.TrimSuffix(name, filepath.Ext(name)) {
	case "code", "code-insiders", "codium", "cursor", "windsurf":
		return append(args, "-g", at)
	case "subl", "zed", "hx", "helix":
		return append(args, at)
	case "idea", "goland":
		return append(args, "--line", strconv.Itoa(line), file)
	}
	return append(args, "+"+strconv.Itoa(line), file)
}

// copyPlace hands the selected frame's place to the terminal's clipboard: by its
// name on this machine where the file is here.
func (m *model) copyPlace() tea.Cmd {
	f := m.currentFrame()
	if f.File == "" || m.focus > detailsPane {
		m.status = "there is no file to copy"
		return nil
	}
	at := f.File
	if file := m.excerpt(f).File; file != "" {
		at = file
	}
	if f.Line > 0 {
		at += ":" + strconv.Itoa(f.Line)
	}
	m.status = "sent to the terminal's clipboard: " + clip(at)
	return tea.SetClipboard(at)
}
