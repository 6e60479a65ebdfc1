// SPDX-License-Identifier: MIT

package capture

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/unleak/unleak/cmd/unleak/internal/usage"
)

// headers reads the headers that every request bears. Errors never quote a file:
// it holds secrets.
func (o *Options) headers() (http.Header, error) {
	h := http.Header{"User-Agent": {"unleak"}}
	if o.UserFile != "" && o.TokenFile != "" {
		return nil, usage.Errorf("-user-file and -token-file are two ways to log in: leave one out")
	}
	if o.UserFile != "" {
		user, err := secret(o.UserFile)
		if err == nil && !strings.Contains(user, ":") {
			err = fmt.Errorf("%s holds no user:password", o.UserFile)
		}
		if err != nil {
			return nil, &FileError{"user-file", err}
		}
		h.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(user)))
	}
	if o.TokenFile != "" {
		token, err := secret(o.TokenFile)
		if err != nil {
			return nil, &FileError{"token-file", err}
		}
		h.Set("Authorization", "Bearer "+token)
	}
	if o.HeaderFile != "" {
		if err := readHeaders(h, o.HeaderFile); err != nil {
			return nil, &FileError{"header-file", err}
		}
	}
	return h, nil
}

// secret reads a file of one line.
func secret(name string) (string, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return "", err
	}
	s := strings.TrimSpace(string(data))
	if s == "" || !isValue(s) {
		return "", fmt.Errorf("%s does not hold one line of text", name)
	}
	return s, nil
}

// readHeaders sets the headers in a file. Empty lines and those that begin with #
// are passed over.
func readHeaders(h http.Header, file string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	given := make(http.Header)
	lines := bufio.NewScanner(bytes.NewReader(data))
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" || text[0] == '#' {
			continue
		}
		name, value, found := strings.Cut(text, ":")
		value = strings.TrimSpace(value)
		if !found || !isToken(name) || !isValue(value) {
			return fmt.Errorf("%s:%d is not \"Name: value\"", file, n)
		}
		given.Add(name, value)
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	for name, values := range given {
		h[name] = values
	}
	return nil
}

// isToken reports whether s can be a header's name (RFC 9110, 5.6.2).
func isToken(s string) bool {
	for _, c := range []byte(s) {
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0) {
			return false
		}
	}
	return s != ""
}

// isValue reports whether s can be a header's value: without it the transport
// would refuse, line breaks above all.
func isValue(s string) bool {
	for _, c := range []byte(s) {
		if c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// tls reads what the options say of secure connections.
func (o *Options) tls() (*tls.Config, error) {
	c := &tls.Config{ServerName: o.ServerName, InsecureSkipVerify: o.Insecure}
	if o.CACert != "" {
		data, err := os.ReadFile(o.CACert)
		c.RootCAs = x509.NewCertPool()
		if err == nil && !c.RootCAs.AppendCertsFromPEM(data) {
			err = fmt.Errorf("%s holds no certificate in PEM", o.CACert)
		}
		if err != nil {
			return nil, &FileError{"cacert", err}
		}
	}
	if o.Cert == "" && o.Key != "" {
		return nil, usage.Errorf("-key belongs to a certificate: give that with -cert")
	}
	if o.Cert != "" {
		key := o.Key
		if key == "" {
			key = o.Cert
		}
		pair, err := tls.LoadX509KeyPair(o.Cert, key)
		if err != nil {
			return nil, &FileError{"cert", err}
		}
		c.Certificates = []tls.Certificate{pair}
	}
	return c, nil
}
