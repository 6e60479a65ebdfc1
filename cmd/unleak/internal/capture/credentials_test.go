// SPDX-License-Identifier: MIT

package capture

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// file writes a file and returns its name.
func file(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// TestCredentials: what the server gets to see.
func TestCredentials(t *testing.T) {
	base := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		user, password, _ := r.BasicAuth()
		io.WriteString(w, strings.Join([]string{user, password, r.Header.Get("Authorization"), r.Header.Get("X-Tenant"), r.Host, r.UserAgent()}, "|"))
	}))
	host := strings.TrimPrefix(base, "http://")
	for _, c := range []struct {
		name string
		o    Options
		user string // in the URL
		want string
	}{
		{"none", Options{}, "", "||||" + host + "|unleak"},
		{"user file", Options{UserFile: file(t, "me:se:cret\n")}, "", "me|se:cret|Basic bWU6c2U6Y3JldA==||" + host + "|unleak"},
		{"token file", Options{TokenFile: file(t, "abc.def\n")}, "", "||Bearer abc.def||" + host + "|unleak"},
		{"URL", Options{TokenFile: file(t, "abc")}, "me:s%2Fcret@", "me|s/cret|Basic bWU6cy9jcmV0||" + host + "|unleak"},
		{"headers", Options{TokenFile: file(t, "abc"), HeaderFile: file(t, "# who\r\nx-tenant: a b \r\n\nHost:app.example\nAuthorization: Basic eA==\nUser-Agent: me")}, "",
			"||Basic eA==|a b|app.example|me"},
	} {
		b, err := newClient(t, c.o).Goroutines(t.Context(), parse(t, "http://"+c.user+host))
		if got := string(content(t, b, err)); got != c.want {
			t.Errorf("%s: the server sees\n%s, want\n%s", c.name, got, c.want)
		}
	}
}

func TestBadFiles(t *testing.T) {
	none := filepath.Join(t.TempDir(), "none")
	for _, c := range []struct {
		o    Options
		flag string
		word string
	}{
		{Options{UserFile: none}, "user-file", none},
		{Options{UserFile: file(t, "secret")}, "user-file", "user:password"},
		{Options{UserFile: file(t, "me:secret\nsecret")}, "user-file", "one line"},
		{Options{TokenFile: none}, "token-file", none},
		{Options{TokenFile: file(t, "\n")}, "token-file", "one line"},
		{Options{HeaderFile: none}, "header-file", none},
		{Options{HeaderFile: file(t, "A: b\nsecret\n")}, "header-file", ":2 is not"},
		{Options{HeaderFile: file(t, "A B: secret")}, "header-file", ":1 is not"},
		{Options{HeaderFile: file(t, "A: sec\x00ret")}, "header-file", ":1 is not"},
		{Options{HeaderFile: file(t, strings.Repeat("secret", 1<<20))}, "header-file", "token too long"},
		{Options{CACert: none}, "cacert", none},
		{Options{CACert: file(t, "secret")}, "cacert", "no certificate"},
		{Options{Cert: none}, "cert", none},
		{Options{Cert: file(t, "secret")}, "cert", "PEM"},
	} {
		_, err := New(c.o)
		if e := wantError[*FileError](t, err, c.word); e.Flag != c.flag {
			t.Errorf("%v: flag -%s, want -%s", err, e.Flag, c.flag)
		}
	}
}

// secureServer starts a server that speaks TLS, which may want a client's
// certificate.
func secureServer(t *testing.T, auth tls.ClientAuthType) (s *httptest.Server, caFile string) {
	t.Helper()
	s = httptest.NewUnstartedServer(debugMux())
	s.TLS = &tls.Config{ClientAuth: auth}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s, file(t, string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})))
}

func TestTLS(t *testing.T) {
	s, ca := secureServer(t, tls.NoClientCert)
	for _, o := range []Options{{CACert: ca}, {Insecure: true}, {CACert: ca, ServerName: "example.com"}} {
		b, err := newClient(t, o).Goroutines(t.Context(), parse(t, s.URL))
		content(t, b, err)
	}
	for _, c := range []struct {
		o    Options
		url  string
		word string
	}{
		{Options{}, s.URL, "-cacert"},
		{Options{CACert: ca, ServerName: "other.example"}, s.URL, "-server-name"},
		{Options{}, strings.Replace(s.URL, "https://", "http://", 1), "try https://"},
		{Options{}, strings.Replace(serve(t, debugMux()), "http://", "https://", 1), "try http://"},
	} {
		_, err := newClient(t, c.o).Goroutines(t.Context(), parse(t, c.url))
		wantError[*TLSError](t, err, c.word)
	}
}

func TestClientCertificate(t *testing.T) {
	s, ca := secureServer(t, tls.RequireAnyClientCert)
	_, err := newClient(t, Options{CACert: ca}).Goroutines(t.Context(), parse(t, s.URL))
	wantError[*TLSError](t, err, "-cert and -key")
	cert, key := clientCertificate(t)
	for _, o := range []Options{{CACert: ca, Cert: file(t, cert), Key: file(t, key)}, {CACert: ca, Cert: file(t, key+cert)}} {
		b, err := newClient(t, o).Goroutines(t.Context(), parse(t, s.URL))
		content(t, b, err)
	}
}

// clientCertificate makes a certificate that signs itself.
func clientCertificate(t *testing.T) (cert, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	signed, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string, b []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}))
	}
	return block("CERTIFICATE", signed), block("PRIVATE KEY", der)
}
