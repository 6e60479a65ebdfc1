// SPDX-License-Identifier: MIT

package jsonstream_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/report/jsonstream"
)

// read returns all that a stream yields.
func read(r io.Reader) (messages []unleak.Message, errs []error) {
	for m, err := range jsonstream.Read(r) {
		if err != nil {
			errs = append(errs, err)
			continue
		}
		messages = append(messages, m)
	}
	return messages, errs
}

func write(t testing.TB, messages []unleak.Message) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jsonstream.Write(&out, slices.Values(messages), jsonstream.Options{}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestIdentity writes what it read of every stream in testdata: same bytes.
func TestIdentity(t *testing.T) {
	files, err := filepath.Glob("../testdata/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatalf("no streams to read (%v)", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			messages, errs := read(iotest.OneByteReader(bytes.NewReader(want)))
			if cut := strings.HasPrefix(filepath.Base(file), "cut"); cut != (len(errs) > 0) {
				t.Errorf("errors: %v", errs)
			}
			if got := write(t, messages); !bytes.Equal(got, want) {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

const (
	config  = `{"config":{"tool":"unleak","version":"v1","command":"test"}}`
	loss    = `{"loss":{"kind":"crash","message":"It crashed."}}`
	summary = `{"summary":{"proven":0,"likely":0,"suspect":0,"goroutines":0,"running":0,"losses":0}}`
)

func TestRead(t *testing.T) {
	for _, test := range []struct {
		name     string
		lines    []string
		messages int
		errors   []string
	}{
		{"whole", []string{config, loss, summary, ""}, 3, nil},
		{"no last line break", []string{config, summary}, 2, nil},
		{"CRLF and blank lines", []string{config + "\r", "", " ", summary + "\r", ""}, 2, nil},
		{"unknown member beside", []string{`{"config":{"tool":"unleak","moon":"full"},"trace":7}`, summary}, 2, nil},
		{"unknown message", []string{config, `{"weather":{}}`, `{"finding":null}`, summary}, 2, nil},
		{"two streams", []string{config, summary, config, summary}, 4, nil},
		{"empty", []string{""}, 0, []string{"line 1 of the stream: the stream ends without a summary, so findings may be missing; write it again"}},
		{"no summary", []string{config, loss, ""}, 2, []string{"line 3 of the stream: the stream ends without"}},
		{"first of two cut", []string{config, config, summary}, 3, []string{"line 2 of the stream: the stream ends without"}},
		{"line cut short", []string{config, loss[:20], summary}, 2, []string{"line 2 of the stream: unexpected end of JSON input"}},
		{"last line cut short", []string{config, summary[:30]}, 1, []string{"line 2 of the stream: unexpected end", "line 2 of the stream: the stream ends"}},
		{"two messages on a line", []string{config, `{"loss":{},"summary":{}}`, summary}, 2, []string{"line 2 of the stream: an object with 2 messages"}},
		{"other JSON", []string{config, `[1]`, `7`, summary}, 2, []string{"line 2 of the stream: json: cannot", "line 3 of the stream: json: cannot"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			messages, errs := read(strings.NewReader(strings.Join(test.lines, "\n")))
			if len(messages) != test.messages {
				t.Errorf("%d messages, want %d", len(messages), test.messages)
			}
			if len(errs) != len(test.errors) {
				t.Fatalf("errors %v, want %q", errs, test.errors)
			}
			for i, err := range errs {
				var line *jsonstream.LineError
				if !errors.As(err, &line) || !strings.HasPrefix(err.Error(), test.errors[i]) {
					t.Errorf("error %q, want %q", err, test.errors[i])
				}
				if strings.Contains(err.Error(), "without a summary") != errors.Is(err, jsonstream.ErrCut) {
					t.Errorf("errors.Is(%v, ErrCut) = %t", err, errors.Is(err, jsonstream.ErrCut))
				}
			}
		})
	}
}

func TestReadError(t *testing.T) {
	broken := errors.New("the pipe broke")
	_, errs := read(io.MultiReader(strings.NewReader(config+"\n"), iotest.ErrReader(broken)))
	if len(errs) != 1 || !errors.Is(errs[0], broken) {
		t.Errorf("errors %v, want one: %v", errs, broken)
	}
}

// TestReadStops: whoever stops listening is not called again.
func TestReadStops(t *testing.T) {
	for _, stream := range []string{config + "\n" + summary, "x\ny", config + "\n" + config, ""} {
		for range jsonstream.Read(strings.NewReader(stream)) {
			break
		}
	}
}

func TestWriteErrors(t *testing.T) {
	var out bytes.Buffer
	for _, m := range []unleak.Message{{}, {Config: new(unleak.Config), Summary: new(unleak.Summary)}} {
		if err := jsonstream.Write(&out, slices.Values([]unleak.Message{m}), jsonstream.Options{}); err == nil {
			t.Errorf("no error for %v", m)
		}
	}
	_, w := io.Pipe()
	w.Close()
	if err := jsonstream.Write(w, slices.Values([]unleak.Message{{Loss: new(unleak.Loss)}}), jsonstream.Options{}); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("error %v, want %v", err, io.ErrClosedPipe)
	}
}

// FuzzRead: any bytes are read without a panic, and what was read is written in
// such a way that reading and writing it again changes nothing.
func FuzzRead(f *testing.F) {
	files, _ := filepath.Glob("../testdata/*.jsonl")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		if len(data) < 64<<10 {
			f.Add(data)
		}
	}
	f.Add([]byte(config + "\n" + loss[:20] + "\n" + summary))
	f.Fuzz(func(t *testing.T, data []byte) {
		messages, _ := read(bytes.NewReader(data))
		once := write(t, messages)
		again, errs := read(bytes.NewReader(once))
		for _, err := range errs {
			if !errors.Is(err, jsonstream.ErrCut) {
				t.Fatalf("cannot read what was written: %v", err)
			}
		}
		if twice := write(t, again); !bytes.Equal(once, twice) {
			t.Fatalf("wrote\n%s\nthen\n%s", once, twice)
		}
	})
}
