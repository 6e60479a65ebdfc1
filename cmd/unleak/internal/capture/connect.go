// SPDX-License-Identifier: MIT

package capture

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"runtime"
	"strings"
	"syscall"
)

// A ConnectError tells that nobody could be reached.
type ConnectError struct {
	URL    string
	Where  string // host and port, or socket
	Proxy  string // the proxy that was to be used, or ""
	Socket bool
	Err    error
}

func (e *ConnectError) Error() string {
	var dns *net.DNSError
	switch {
	case e.Proxy != "":
		return fmt.Sprintf("no connection through the proxy %s to %s (%v): see HTTP_PROXY, HTTPS_PROXY and NO_PROXY", e.Proxy, e.URL, e.Err)
	case errors.As(e.Err, &dns):
		return fmt.Sprintf("no host for %s (%v): is the name right?", e.Where, dns)
	case e.Socket && errors.Is(e.Err, fs.ErrNotExist):
		return fmt.Sprintf("there is no socket %s: is the path right, does the process run here?", e.Where)
	case e.Socket && errors.Is(e.Err, fs.ErrPermission):
		return fmt.Sprintf("the socket %s may not be opened: ask as the user that the process runs as", e.Where)
	case refused(e.Err):
		return fmt.Sprintf("nothing listens on %s (connection refused): is the address right, "+
			"does the program import net/http/pprof and serve http.DefaultServeMux there?", e.Where)
	}
	return fmt.Sprintf("no connection to %s: %v: is the address right, and does a firewall let it through?", e.Where, e.Err)
}

func (e *ConnectError) Unwrap() error { return e.Err }

// refused reports whether nobody listened. Windows has a number of its own for
// that, WSAECONNREFUSED.
func refused(err error) bool {
	return errors.Is(err, syscall.ECONNREFUSED) || runtime.GOOS == "windows" && errors.Is(err, syscall.Errno(10061))
}

// A TLSError tells that no secure connection came about.
type TLSError struct {
	URL string
	// Plain says that one side spoke TLS and the other did not: the scheme is
	// the wrong one.
	Plain bool
	Err   error
}

func (e *TLSError) Error() string {
	var name x509.HostnameError
	var authority x509.UnknownAuthorityError
	var op *net.OpError
	switch {
	case e.Plain && strings.HasPrefix(e.URL, "https:"):
		return e.URL + ": no TLS is spoken there; try http:// in place of https://"
	case e.Plain:
		return e.URL + ": TLS is spoken there; try https:// in place of http://"
	case errors.As(e.Err, &authority):
		return fmt.Sprintf("%s: %v: give the file of the authority with -cacert, or -insecure", e.URL, e.Err)
	case errors.As(e.Err, &name):
		return fmt.Sprintf("%s: %v: give the name in the certificate with -server-name, or -insecure", e.URL, e.Err)
	case errors.As(e.Err, &op) && op.Op == "remote error": // an alert (crypto/tls)
		return fmt.Sprintf("%s: %v: the server refuses us; it may want a client certificate, with -cert and -key", e.URL, e.Err)
	}
	return fmt.Sprintf("%s: no secure connection: %v: see -cacert, -server-name and -insecure", e.URL, e.Err)
}

func (e *TLSError) Unwrap() error { return e.Err }

// A ProtocolError tells that what listens there does not speak HTTP.
type ProtocolError struct {
	URL string
	Err error
}

func (e *ProtocolError) Error() string {
	return fmt.Sprintf("%s: no HTTP answer (%v): is that the port that serves net/http/pprof?", e.URL, e.Err)
}

func (e *ProtocolError) Unwrap() error { return e.Err }

// failure names what kept a request from an answer.
func (r *request) failure(err error) error {
	var op *net.OpError
	switch {
	case errors.Is(err, http.ErrSchemeMismatch), errors.As(err, new(tls.RecordHeaderError)):
		return &TLSError{r.shown, true, err}
	case strings.Contains(err.Error(), `malformed HTTP response "\x15\x03`):
		return &TLSError{r.shown, true, err} // a TLS alert record
	case isTLS(err):
		return &TLSError{r.shown, false, err}
	case errors.As(err, &op) && op.Op == "dial", r.proxy != "":
		return &ConnectError{r.shown, r.target.where(), r.proxy, r.target.socket != "", err}
	}
	return &ProtocolError{r.shown, err}
}

func isTLS(err error) bool {
	return errors.As(err, new(*tls.CertificateVerificationError)) ||
		errors.As(err, new(x509.UnknownAuthorityError)) ||
		errors.As(err, new(x509.HostnameError)) ||
		errors.As(err, new(x509.CertificateInvalidError)) ||
		strings.Contains(err.Error(), "tls: ")
}
