// SPDX-License-Identifier: MIT

package capture

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"time"
)

// A Body is what a process answered, to be read and closed. Reading fails with a
// *SizeError, *TimeoutError or *CutError of the package's own.
type Body struct {
	// URL is where it comes from, without secrets.
	URL string
	// At is when it was asked for.
	At          time.Time
	ContentType string
	// Delta says that it is the difference of two profiles.
	Delta bool

	client  *Client
	ctx     context.Context // of the one request that the body belongs to
	watch   *watch
	release func()
	body    io.ReadCloser
	r       *bufio.Reader
	idle    bool  // the first byte is there
	came    int64 // bytes from the server
	max     int64 // 0 means that the format is not known yet
	read    int64 // bytes handed on
	err     error
}

// take makes b the body of an answer.
func (b *Body) take(resp *http.Response) {
	b.body = resp.Body
	b.ContentType = resp.Header.Get("Content-Type")
	b.Delta = isDelta(resp.Header)
	b.r = bufio.NewReaderSize((*wire)(b), 64<<10)
	b.max = b.client.o.MaxText
}

// look waits for the first bytes and returns an error if they are none of a
// profile.
func (b *Body) look(r *request) error {
	opening, err := b.opening()
	if len(opening) == 0 {
		if err == io.EOF {
			return &ContentError{URL: b.URL, ContentType: b.ContentType, Empty: true, Proxy: r.proxy}
		}
		return err
	}
	if isPage(trimMark(opening)) {
		if !r.profile {
			return nil
		}
		text, _ := b.r.Peek(b.r.Size())
		return &ContentError{URL: b.URL, ContentType: b.ContentType, Title: title(text), Proxy: r.proxy}
	}
	if !strings.HasPrefix(http.DetectContentType(opening), "text/") {
		b.max = b.client.o.MaxProfile
	}
	return nil
}

// opening returns the first bytes without taking them, as many as are needed.
func (b *Body) opening() ([]byte, error) {
	_, err := b.r.Peek(1)
	p, _ := b.r.Peek(b.r.Buffered())
	if text := trimMark(p); err != nil || len(text) > 0 && text[0] != '<' {
		return p, err
	}
	const enough = 512 // for http.DetectContentType
	p, _ = b.r.Peek(enough)
	return p, nil
}

// Read reads the body.
func (b *Body) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	if left := b.max - b.read; int64(len(p)) > left {
		p = p[:left]
		if left == 0 {
			return 0, b.over()
		}
	}
	n, err := b.r.Read(p)
	b.read += int64(n)
	b.err = err
	return n, err
}

// over decides, at the limit, between an answer that just fits and one that goes
// on.
func (b *Body) over() error {
	if _, b.err = b.r.Peek(1); b.err == nil {
		b.err = &SizeError{b.URL, b.max}
	}
	return b.err
}

// Close ends the request. It may be called before the end.
func (b *Body) Close() error {
	if b.err == nil {
		b.err = http.ErrBodyReadAfterClose
	}
	b.release()
	if b.body == nil {
		return nil
	}
	return b.body.Close()
}

// A wire is a Body that reads from the network.
type wire Body

func (b *wire) Read(p []byte) (int, error) {
	if b.idle {
		b.watch.reset(b.client.o.Idle)
		defer b.watch.stop()
	}
	n, err := b.body.Read(p)
	b.came += int64(n)
	if !b.idle && n > 0 {
		b.idle = true
		b.watch.set(&TimeoutError{URL: b.URL, Phase: PhaseIdle, After: b.client.o.Idle})
		b.watch.stop()
	}
	if err == nil || err == io.EOF {
		return n, err
	}
	if cause := ended(b.ctx, b.URL, b.came); cause != nil {
		return n, cause
	}
	return n, &CutError{b.URL, b.came, err}
}
