// SPDX-License-Identifier: MIT

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/unleak/unleak/internal/dump/corpus"
)

// A pasting makes of a text what people have of it.
type pasting struct {
	file string
	of   []string
	make func(lines []string) string
}

const (
	dump126  = "go1.26/labels.debug2.txt"
	dump127  = "go1.27/labels.debug2.txt"
	crash    = "go1.27/panic.crash.txt"
	counted  = "go1.27/labels.debug1.txt"
	unixTime = "2026-03-01T10:00:00"
)

var pastings = []pasting{
	{"docker-json.txt", []string{dump127}, eachJSON(func(i int, line string) any {
		return struct {
			Log    string `json:"log"`
			Stream string `json:"stream"`
			Time   string `json:"time"`
		}{line + "\n", "stderr", stamp(i)}
	})},
	{"docker-compose.txt", []string{dump126}, prefix(func(int) string { return "web-1  | " })},
	{"docker-compose-colour.txt", []string{crash}, prefix(func(int) string { return "\x1b[36mweb-1  |\x1b[0m " })},
	{"docker-time.txt", []string{crash}, prefix(func(i int) string { return stamp(i) + " " })},
	{"kubernetes-cri.txt", []string{dump127}, prefix(func(i int) string { return stamp(i) + " stderr F " })},
	{"kubernetes-prefix.txt", []string{crash}, prefix(func(int) string { return "[pod/web-7d4b9c6f5d-x2x9z/app] " })},
	{"stern.txt", []string{crash}, prefix(func(int) string { return "web-7d4b9c6f5d-x2x9z app " })},
	{"journald.txt", []string{dump126}, prefix(func(int) string { return "Mar 01 10:00:00 box app[4711]: " })},
	{"journald-iso.txt", []string{crash}, prefix(func(int) string { return unixTime + "+0100 box app[4711]: " })},
	{"journald-json.txt", []string{dump127}, eachJSON(func(i int, line string) any {
		return map[string]string{"MESSAGE": line, "_PID": "4711", "SYSLOG_IDENTIFIER": "app", "__REALTIME_TIMESTAMP": strconv.Itoa(1772355600000000 + i)}
	})},
	{"syslog.txt", []string{crash}, prefix(func(int) string { return "<11>1 " + unixTime + ".123456Z box app 4711 - - " })},
	{"rsyslog.txt", []string{crash}, func(lines []string) string {
		return strings.ReplaceAll(prefix(func(int) string { return "Mar  1 10:00:00 box app[4711]: " })(lines), "\t", "#011")
	}},
	{"github-actions.txt", []string{"go1.27/timeout.crash.txt"}, prefix(func(i int) string { return stamp(i)[:27] + "Z " })},
	{"cloud-json.txt", []string{crash}, eachJSON(func(i int, line string) any {
		return map[string]any{"textPayload": line, "timestamp": stamp(i), "severity": "ERROR", "resource": map[string]any{"type": "k8s_container"}}
	})},
	{"json-string.txt", []string{dump126}, func(lines []string) string {
		text, err := json.Marshal(map[string]any{"level": "error", "ts": 1772355600.5, "msg": "watchdog", "stack": join(lines)})
		if err != nil {
			panic(err)
		}
		return `{"level":"info","ts":1772355599.1,"msg":"before"}` + "\n" + string(text) + "\n" + `{"level":"info","ts":1772355601.1,"msg":"after"}` + "\n"
	}},
	{"logfmt.txt", []string{crash}, func(lines []string) string {
		return "time=" + unixTime + "Z level=ERROR msg=watchdog stack=" + strconv.Quote(join(lines)) + "\n"
	}},
	{"crlf.txt", []string{dump127}, func(lines []string) string { return strings.ReplaceAll(join(lines), "\n", "\r\n") }},
	{"spaces.txt", []string{dump126}, func(lines []string) string { return strings.ReplaceAll(join(lines), "\t", "    ") }},
	{"flat.txt", []string{crash}, func(lines []string) string { return strings.ReplaceAll(join(lines), "\n\t", "\n") }},
	{"indented.txt", []string{crash}, prefix(func(int) string { return "    " })},
	{"mail.txt", []string{crash}, func(lines []string) string {
		return "On Sunday somebody wrote:\n" + prefix(func(int) string { return "> " })(lines) + "\nWhat is that?\n"
	}},
	{"interleaved.txt", []string{dump127}, func(lines []string) string {
		var b strings.Builder
		for i, line := range lines {
			b.WriteString(line + "\n")
			switch {
			case i%7 == 3:
				fmt.Fprintf(&b, "2026/03/01 10:00:%02d http: panic serving 10.0.0.1:4711: EOF\n", i%60)
			case i%11 == 5:
				fmt.Fprintf(&b, "{\"level\":\"info\",\"msg\":\"served\",\"path\":\"/v1/items\",\"ms\":%d}\n", i)
			}
		}
		return b.String()
	}},
	{"twice.txt", []string{crash, dump126}, join},
	{"counted-cri.txt", []string{counted}, prefix(func(i int) string { return stamp(i) + " stderr F " })},
	{"counted-docker-json.txt", []string{counted}, eachJSON(func(i int, line string) any {
		return map[string]string{"log": line + "\n", "stream": "stdout", "time": stamp(i)}
	})},
	{"counted-crlf.txt", []string{counted}, func(lines []string) string { return strings.ReplaceAll(join(lines), "\n", "\r\n") }},
	{"counted-spaces.txt", []string{counted}, func(lines []string) string { return strings.ReplaceAll(join(lines), "\t", "  ") }},
	// Cut in the middle of a frame, at the end and at the start.
	{"truncated.txt", []string{dump127}, func(lines []string) string { text := join(lines); return text[:len(text)*6/10] }},
	{"tail.txt", []string{dump127}, func(lines []string) string { text := join(lines); return text[len(text)*4/10:] }},
}

func stamp(i int) string { return fmt.Sprintf("%s.%09dZ", unixTime, 100000000+i*1001) }

func join(lines []string) string { return strings.Join(lines, "\n") + "\n" }

func prefix(p func(i int) string) func([]string) string {
	return func(lines []string) string {
		var b strings.Builder
		for i, line := range lines {
			b.WriteString(p(i) + line + "\n")
		}
		return b.String()
	}
}

func eachJSON(value func(i int, line string) any) func([]string) string {
	return func(lines []string) string {
		var b strings.Builder
		for i, line := range lines {
			text, err := json.Marshal(value(i, line))
			if err != nil {
				panic(err)
			}
			b.Write(append(text, '\n'))
		}
		return b.String()
	}
}

// paste writes the folder pasted, from the files that were made.
func paste(made string) error {
	folder := filepath.Join(made, "pasted")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	var index bytes.Buffer
	for _, p := range pastings {
		var whole strings.Builder
		for _, name := range p.of {
			text, err := os.ReadFile(filepath.Join(made, filepath.FromSlash(name)))
			if err != nil {
				return err
			}
			whole.Write(text)
		}
		text := p.make(strings.Split(strings.TrimSuffix(whole.String(), "\n"), "\n"))
		if err := os.WriteFile(filepath.Join(folder, p.file), []byte(text), 0o644); err != nil {
			return err
		}
		entry := corpus.Paste{File: p.file, Of: p.of}
		entry.Absent, entry.Broken = lost(whole.String(), text)
		if err := json.NewEncoder(&index).Encode(entry); err != nil {
			return err
		}
	}
	return os.WriteFile(filepath.Join(folder, "pasted.json"), index.Bytes(), 0o644)
}

var header = regexp.MustCompile(`(?m)^goroutine (\d+) [^\n]*:$`)

// lost tells which goroutines of the whole text are not in a part of it, and of
// which the end is not.
func lost(whole, part string) (absent, broken []uint64) {
	at := strings.Index(whole, part)
	if at < 0 || len(part) == len(whole) {
		return nil, nil // changed, not cut
	}
	headers := header.FindAllStringSubmatchIndex(whole, -1)
	for i, h := range headers {
		id, err := strconv.ParseUint(whole[h[2]:h[3]], 10, 64)
		if err != nil {
			panic(err)
		}
		end := len(whole)
		if i+1 < len(headers) {
			end = headers[i+1][0]
		}
		switch {
		case h[0] < at || h[0] >= at+len(part):
			absent = append(absent, id)
		case end > at+len(part):
			broken = append(broken, id)
		}
	}
	return absent, broken
}
