// SPDX-License-Identifier: MIT

package capture

import (
	"bytes"
	"context"
	"html"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// An Index is the list of profiles that a process serves, with the number of
// records in each. The number of "goroutine" costs next to nothing
// (runtime.NumGoroutine); that of "goroutineleak" is from the last time that this
// profile was taken.
type Index map[string]int

// indexTitle is the title of net/http/pprof's list of profiles.
const indexTitle = "/debug/pprof/"

// maxPage is how much of a page is read.
const maxPage = 1 << 20

// Index fetches the list of profiles beside the target. It stops nothing in the
// process.
func (c *Client) Index(ctx context.Context, t Target) (Index, error) {
	u := t.beside("")
	if u == nil {
		return nil, &UnsupportedError{t.String(), "a list of profiles", "give the address of /debug/pprof/"}
	}
	return c.index(ctx, t, u)
}

func (c *Client) index(ctx context.Context, t Target, u *url.URL) (Index, error) {
	b, err := c.fetch(ctx, &request{target: t, url: u})
	if err != nil {
		return nil, err
	}
	defer b.Close()
	text, err := io.ReadAll(io.LimitReader(b, maxPage))
	if err != nil {
		return nil, err
	}
	ix := readIndex(text)
	if len(ix) == 0 {
		return nil, &ContentError{URL: b.URL, ContentType: b.ContentType, Title: title(text), Empty: len(text) == 0}
	}
	return ix, nil
}

// indexRow is a line of the list's table, the same since Go 1.0 but for the
// quotes (net/http/pprof, indexTmplExecute).
var indexRow = regexp.MustCompile(`<td[^>]*>\s*(\d+)\s*(?:</td>)?\s*<td>\s*<a href=['"]?(?:[^'"?>]*/)?([A-Za-z0-9_.-]+)\?debug=`)

func readIndex(page []byte) Index {
	ix := make(Index)
	for _, m := range indexRow.FindAllSubmatch(page, -1) {
		n, err := strconv.Atoi(string(m[1]))
		if err == nil {
			ix[string(m[2])] = n
		}
	}
	return ix
}

// isPage reports whether a body that begins so is for a browser.
func isPage(opening []byte) bool {
	kind := http.DetectContentType(opening)
	return strings.HasPrefix(kind, "text/html") || strings.HasPrefix(kind, "text/xml")
}

var titleTag = regexp.MustCompile(`(?is)<title[^>]*>(.*?)</title`)

// title returns a page's title, or "".
func title(page []byte) string {
	m := titleTag.FindSubmatch(page)
	if m == nil {
		return ""
	}
	const most = 100
	return clip(strings.Join(strings.Fields(printable(html.UnescapeString(string(m[1])))), " "), most)
}

// printable puts a space for what a terminal might obey.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s)
}

// trimMark leaves out space and the mark of UTF-8 in front of a text.
func trimMark(p []byte) []byte {
	return bytes.TrimLeft(bytes.TrimPrefix(p, []byte("\xef\xbb\xbf")), " \t\r\n\f")
}
