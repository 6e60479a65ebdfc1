// SPDX-License-Identifier: MIT

package capture

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// A TargetError tells that an argument names nothing to fetch goroutines from.
type TargetError struct {
	Arg     string // without secrets
	Problem string
}

func (e *TargetError) Error() string { return fmt.Sprintf("%s: %s", e.Arg, e.Problem) }

// A RefusedError tells that a capture would cost the process something that was
// not asked for.
type RefusedError struct {
	URL  string
	Flag string // what allows it, such as "-full"
	Cost string
}

func (e *RefusedError) Error() string {
	return fmt.Sprintf("%s was not fetched: %s. Give %s to have it all the same", e.URL, e.Cost, e.Flag)
}

// A FileError tells that a file that a flag names is not what the flag takes.
type FileError struct {
	Flag string
	Err  error // never quotes the file
}

func (e *FileError) Error() string { return fmt.Sprintf("-%s: %v", e.Flag, e.Err) }

func (e *FileError) Unwrap() error { return e.Err }

// A RedirectError tells that the server sent us elsewhere and we did not go.
type RedirectError struct {
	URL, To string
	Problem string
}

func (e *RedirectError) Error() string {
	return fmt.Sprintf("%s redirects to %s: %s", e.URL, e.To, e.Problem)
}

// A StatusError tells that the server answered with something other than 200 OK.
type StatusError struct {
	URL    string
	Code   int
	Line   string   // the first line of the answer, or its title if it was a page
	Served []string // with 404: the profiles that the index lists, if there is one
	Index  string   // the index's URL
	// LoggedIn says that the request bore credentials.
	LoggedIn bool
	Proxy    string // what it was asked through, or ""
}

func (e *StatusError) Error() string {
	msg := fmt.Sprintf("%s answered %d %s", e.URL, e.Code, http.StatusText(e.Code))
	if e.Line != "" {
		msg += fmt.Sprintf(" (%s)", e.Line)
	}
	return msg + ": " + e.advice() + through(e.Proxy)
}

// through says that a proxy had a part in an answer.
func through(proxy string) string {
	if proxy == "" {
		return ""
	}
	return fmt.Sprintf("; it was asked through the proxy %s (HTTP_PROXY, HTTPS_PROXY, NO_PROXY)", proxy)
}

func (e *StatusError) advice() string {
	switch e.Code {
	case http.StatusUnauthorized, http.StatusForbidden:
		if e.LoggedIn {
			return "it does not accept these credentials; see -user-file, -token-file and -header-file"
		}
		return "it wants credentials; give them with -user-file, -token-file or -header-file"
	case http.StatusProxyAuthRequired:
		return "the proxy wants credentials; write them into HTTP_PROXY or HTTPS_PROXY, or set NO_PROXY"
	case http.StatusNotFound:
		if len(e.Served) > 0 {
			return fmt.Sprintf("it is not registered there; %s lists %s", e.Index, strings.Join(e.Served, ", "))
		}
		return "net/http/pprof is not registered at this path. Does the program import it and serve http.DefaultServeMux " +
			"on this port? Else give the whole URL, as in http://HOST:PORT/admin/debug/pprof/"
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return "what stands in front of the process did not get its answer; ask the process itself (kubectl port-forward, ssh -L)"
	}
	if e.Code >= 500 {
		return "the server failed; its log may say why"
	}
	return "want 200 and a goroutine profile; try the URL with curl"
}

// An UnsupportedError tells that the process does not serve what was asked for.
type UnsupportedError struct {
	URL  string
	What string // "the goroutineleak profile", "?seconds"
	Why  string
}

func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("%s does not serve %s: %s", e.URL, e.What, e.Why)
}

// A ContentError tells that the answer is no profile, by its first bytes.
type ContentError struct {
	URL         string
	ContentType string
	Title       string // of a page
	Empty       bool
	Proxy       string // what it was asked through, or ""
}

func (e *ContentError) Error() string {
	switch {
	case e.Empty:
		return e.URL + " answered with nothing, where a goroutine profile should be: is that the profile's URL? try it with curl" + through(e.Proxy)
	case e.Title == indexTitle:
		return e.URL + " is the list of profiles, not one of them. net/http/pprof serves profiles only where the path begins with /debug/pprof/: " +
			"mount pprof.Index there, with http.StripPrefix for what stands before, or pprof.Handler(\"goroutine\") here"
	}
	return fmt.Sprintf("%s answered with a page%s, not a goroutine profile: a login, a proxy or another program may stand in between; "+
		"ask the process itself, or give -user-file, -token-file or -header-file", e.URL, titled(e.Title)) + through(e.Proxy)
}

func titled(title string) string {
	if title == "" {
		return ""
	}
	return fmt.Sprintf(" titled %q", title)
}

// A Phase is what a time-out was set for.
type Phase string

// The phases.
const (
	PhaseConnect   Phase = "connect"
	PhaseFirstByte Phase = "first byte"
	PhaseIdle      Phase = "idle"
	PhaseOverall   Phase = "overall"
)

// A TimeoutError tells that the server took too long.
type TimeoutError struct {
	URL   string
	Phase Phase
	After time.Duration
	Bytes int64 // how much of the answer had come
}

func (e *TimeoutError) Error() string {
	switch e.Phase {
	case PhaseConnect:
		return fmt.Sprintf("no connection for %s within %v: is the address right, and does a firewall let it through?", e.URL, e.After)
	case PhaseFirstByte:
		return fmt.Sprintf("%s answered nothing within %v: the process may be too busy, or have millions of goroutines; raise -timeout beyond %v",
			e.URL, e.After, e.After)
	case PhaseIdle:
		return fmt.Sprintf("%s sent nothing more for %v, after %d bytes: the process or the network stalls; ask it from nearer by", e.URL, e.After, e.Bytes)
	}
	return fmt.Sprintf("%s was not through within %v, after %d bytes: raise -timeout, or ask it from nearer by", e.URL, e.After, e.Bytes)
}

// Timeout makes it known as what it is to whoever asks as net.Error does.
func (e *TimeoutError) Timeout() bool { return true }

// A SizeError tells that an answer is larger than allowed.
type SizeError struct {
	URL      string
	MaxBytes int64
}

func (e *SizeError) Error() string {
	return fmt.Sprintf("%s sends more than %d MiB: is it a goroutine profile, and does it end? A dump that large is read from a file without a limit: "+
		"save it with curl", e.URL, e.MaxBytes>>20)
}

// A CutError tells that an answer broke off.
type CutError struct {
	URL   string
	Bytes int64
	Err   error
}

func (e *CutError) Error() string {
	return fmt.Sprintf("the answer of %s broke off after %d bytes (%v): the process may have ended, or its http.Server's WriteTimeout is too short",
		e.URL, e.Bytes, e.Err)
}

func (e *CutError) Unwrap() error { return e.Err }

// line returns the first line of what a server said, fit for a terminal.
func line(s string) string {
	const most = 160
	s = strings.TrimSpace(s)
	s, _, _ = strings.Cut(s, "\n")
	return clip(printable(s), most)
}

func clip(s string, most int) string {
	if r := []rune(s); len(r) > most {
		return string(r[:most]) + "…"
	}
	return s
}

// names returns the names of an index, in order.
func (ix Index) names() []string {
	var all []string
	for name := range ix {
		all = append(all, name)
	}
	slices.SortFunc(all, cmp.Compare[string])
	return all
}
