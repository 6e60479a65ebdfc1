// SPDX-License-Identifier: MIT

package inspect

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/klauspost/compress/zstd"
)

const aDump = "goroutine 1 [running]:\nmain.main()\n\t/m/a.go:1 +0x1\n"

func gzipped(t testing.TB, data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func zstandard(t testing.TB, data []byte) []byte {
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(data, nil)
}

// wide writes text as shells of Windows write a program's output to a file.
func wide(order binary.AppendByteOrder, text string) []byte {
	b := order.AppendUint16(nil, 0xfeff)
	for _, c := range utf16.Encode([]rune(text)) {
		b = order.AppendUint16(b, c)
	}
	return b
}

func TestRecognise(t *testing.T) {
	const config = `{"config":{"tool":"unleak","version":"v1","command":"test"}}`
	for _, tt := range []struct {
		name string
		data []byte
		want format
		says string // of the error
	}{
		{"a traceback", []byte(aDump), traceback, ""},
		{"behind blank lines", []byte("\n\n  " + aDump), traceback, ""},
		{"behind a byte order mark", []byte("\ufeff" + aDump), traceback, ""},
		{"a log", []byte("2026-05-04 starting\n"), traceback, ""},
		{"a log in Latin-1, with colours", []byte("\x1b[31mGr\xfc\xdfe\x1b[0m\n"), traceback, ""},
		{"a log with a stray byte", []byte(strings.Repeat("a log line\n", 20) + "\x00\x01"), traceback, ""},
		{"a log of JSON", []byte(`{"config":{"port":1}}`), traceback, ""},
		{"a profile in text", []byte("goroutine profile: total 3\n"), textProfile, ""},
		{"a profile of leaks in text", []byte("goroutineleak profile: total 3\n"), textProfile, ""},
		{"a profile", []byte("\x0a\x04\x08\x01\x10\x02"), profiled, ""},
		{"our own", []byte(config + "\n"), stream, ""},
		{"our own, behind a byte order mark", []byte("\ufeff" + config), stream, ""},
		{"UTF-16", wide(binary.LittleEndian, aDump+"\U0001F600"), traceback, ""},
		{"UTF-16, the other way", wide(binary.BigEndian, aDump), traceback, ""},
		{"UTF-16 that is cut in a character", wide(binary.BigEndian, aDump)[:31], traceback, ""},
		{"gzip", gzipped(t, []byte(aDump)), traceback, ""},
		{"zstd", zstandard(t, []byte(aDump)), traceback, ""},
		{"zstd in gzip in gzip", gzipped(t, gzipped(t, zstandard(t, []byte(config)))), stream, ""},

		{"nothing", nil, "", "it is empty; "},
		{"blanks", []byte(" \n\t\r\n"), "", "it is empty; "},
		{"nothing, packed", gzipped(t, nil), "", "it is empty; "},
		{"a page", []byte("<!doctype HTML><title>502 Bad\n Gateway</title>"), "", `it is a web page titled "502 Bad Gateway"; `},
		{"a page without a title", []byte("<html><title>"), "", "it is a web page; "},
		{"a picture", []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"), "", "it is binary, and no profile in pprof's format; "},
		{"packed four times", gzipped(t, gzipped(t, gzipped(t, gzipped(t, []byte(aDump))))), "", "it is packed too many times; "},
		{"gzip's head", []byte("\x1f\x8b\x08"), "", "it is packed, and cannot be unpacked: unexpected EOF; "},
		{"cut gzip", gzipped(t, []byte(aDump))[:11], "", "it is packed, and cannot be unpacked: unexpected EOF; "},
		{"zstd's head", []byte("\x28\xb5\x2f\xfd"), "", "it is packed, and cannot be unpacked: unexpected EOF; "},
	} {
		for _, one := range []bool{false, true} { // byte by byte
			var r io.Reader = bytes.NewReader(tt.data)
			if one {
				r = iotest.OneByteReader(r)
			}
			b, got, err := recognise("it", r, maxUnpacked)
			var wrong *FormatError
			switch {
			case tt.says != "":
				if !errors.As(err, &wrong) || !strings.HasPrefix(err.Error(), "it: "+tt.says) {
					t.Errorf("%s: error %v, want %q", tt.name, err, tt.says)
				}
			case err != nil || got != tt.want:
				t.Errorf("%s: %q with %v, want %q", tt.name, got, err, tt.want)
			default:
				if _, err := io.Copy(io.Discard, b); err != nil {
					t.Errorf("%s: %v", tt.name, err)
				}
			}
		}
	}
}

// TestRecogniseText: what shells of Windows write is read as what it was.
func TestRecogniseText(t *testing.T) {
	const text = aDump + "Gr\u00fc\u00dfe \u4e16\u754c \U0001F600 \U0010FFFF\n"
	for _, data := range [][]byte{wide(binary.LittleEndian, text), wide(binary.BigEndian, text), []byte(text)} {
		b, _, err := recognise("it", bytes.NewReader(data), maxUnpacked)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(b); string(got) != text || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	}
}

// TestRecogniseFails: an input that cannot be read is not called anything else.
func TestRecogniseFails(t *testing.T) {
	broken := errors.New("the disk is broken")
	if _, _, err := recognise("it", iotest.ErrReader(broken), maxUnpacked); !errors.Is(err, broken) || !strings.Contains(err.Error(), "reading it") {
		t.Errorf("error %v, want %v", err, broken)
	}
	b, _, err := recognise("it", io.MultiReader(strings.NewReader(aDump), iotest.ErrReader(broken)), maxUnpacked)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(b); !errors.Is(err, broken) {
		t.Errorf("error %v, want %v", err, broken)
	}
}

// TestUnpacksNoMore: however much a small file holds, no more is unpacked than may
// be, and that is told.
func TestUnpacksNoMore(t *testing.T) {
	const most = 1 << 20
	bomb := []byte(aDump + strings.Repeat("\n", 8*most))
	for name, data := range map[string][]byte{
		"gzip": gzipped(t, bomb), "zstd": zstandard(t, bomb), "gzip in gzip": gzipped(t, gzipped(t, bomb)), "gzip in zstd": zstandard(t, gzipped(t, bomb)),
	} {
		if len(data) > most/16 {
			t.Fatalf("%s: %d bytes are no bomb", name, len(data))
		}
		b, f, err := recognise("it", bytes.NewReader(data), most)
		if err != nil || f != traceback {
			t.Fatalf("%s: %q, %v", name, f, err)
		}
		n, err := io.Copy(io.Discard, b)
		if n != most || !errors.Is(err, errTooLarge) {
			t.Errorf("%s: %d bytes with %v, want %d", name, n, err, most)
		}
	}
	// What just fits is whole.
	b, _, err := recognise("it", bytes.NewReader(gzipped(t, bomb[:most])), most)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, b); n != most || err != nil {
		t.Errorf("%d bytes with %v, want %d", n, err, most)
	}
	// What is not packed may be as large as it is.
	b, _, err = recognise("it", bytes.NewReader(bomb), most)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := io.Copy(io.Discard, b); n != int64(len(bomb)) || err != nil {
		t.Errorf("%d bytes with %v, want %d", n, err, len(bomb))
	}
}

// FuzzRecognise: any bytes are recognised, or refused with an error that says what
// to do; what is unpacked of them is never more than may be.
func FuzzRecognise(f *testing.F) {
	for _, data := range [][]byte{[]byte(aDump), wide(binary.LittleEndian, aDump), wide(binary.BigEndian, aDump), []byte("<html><title>a</title>"),
		[]byte(`{"config":{"tool":"unleak"}}`), []byte("\x0a\x04\x08\x01\x10\x02"), []byte("goroutine profile: total 3\n")} {
		f.Add(data)
		f.Add(gzipped(f, data))
		f.Add(zstandard(f, data))
		f.Add(gzipped(f, zstandard(f, data)))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		const most = 1 << 16
		b, got, err := recognise("it", bytes.NewReader(data), most)
		if err != nil {
			var wrong *FormatError
			if !errors.As(err, &wrong) || wrong.Got == "" || wrong.Try == "" {
				t.Errorf("error %v", err)
			}
			return
		}
		if got != traceback && got != textProfile && got != profiled && got != stream {
			t.Errorf("format %q", got)
		}
		text, err := io.ReadAll(b)
		if packed := !bytes.Equal(text, data); packed && len(text) > most {
			t.Errorf("%d bytes of %d: %v", len(text), len(data), err)
		}
		file := io.NewSectionReader(bytes.NewReader(data), 0, math.MaxInt64)
		if b, _, err = recognise("it", file, most); err != nil {
			t.Fatal(err)
		}
		if same, _ := io.ReadAll(b); !bytes.Equal(same, text) {
			t.Errorf("%d bytes of a file, else %d", len(same), len(text))
		}
	})
}
