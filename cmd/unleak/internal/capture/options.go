// SPDX-License-Identifier: MIT

package capture

import (
	"flag"
	"time"
)

// Options says how to fetch. The zero value of each field means its default.
type Options struct {
	// Leak allows the goroutineleak profile. See LeakCost and LeakDoubt.
	Leak bool
	// Full allows a traceback of all goroutines (debug=2), which stops the
	// process for as long as it is written, up to FullLimit goroutines.
	Full bool
	// Force takes the traceback however many goroutines there are.
	Force bool

	// Timeout bounds one request with its answer; default 5 min. A request with
	// ?seconds=N has N seconds more.
	Timeout time.Duration
	// Connect bounds finding the host, connecting and the TLS handshake;
	// default 10 s.
	Connect time.Duration
	// FirstByte bounds the wait for the answer's first byte; default 1 min, or
	// Timeout if that is set longer.
	FirstByte time.Duration
	// Idle bounds each pause between bytes; default 20 s.
	Idle time.Duration

	// MaxText and MaxProfile are how large an answer may be, as text and in any
	// other format; default 256 MiB and 64 MiB. The runtime itself cuts a
	// traceback at 64 MiB (runtime/pprof, writeGoroutineStacks).
	MaxText, MaxProfile int64

	// HeaderFile names a file with a header a line, "Name: value".
	HeaderFile string
	// UserFile names a file with user:password, for basic authentication.
	UserFile string
	// TokenFile names a file with a bearer token.
	TokenFile string

	// CACert names a file with the certificates, in PEM, that may sign the
	// server's, in place of the system's.
	CACert string
	// Cert and Key name the client's certificate and key, in PEM; the key may
	// stand in Cert's file too.
	Cert, Key string
	// ServerName is the name that the server's certificate must bear, where it
	// is not the host of the address.
	ServerName string
	// Insecure accepts any server certificate.
	Insecure bool

	// Progress is told what will cost the process something, before it does;
	// nil tells nobody.
	Progress func(message string)
}

// FullLimit is the number of goroutines above which a traceback of all is refused
// without Force: with deep stacks it stops the process for half a second there.
const FullLimit = 5_000

// The defaults.
const (
	defaultTimeout    = 5 * time.Minute
	defaultConnect    = 10 * time.Second
	defaultFirstByte  = time.Minute // debug=0 of 1M goroutines takes 2.7 s, debug=2 of 100k up to 23 s
	defaultIdle       = 20 * time.Second
	defaultMaxText    = 256 << 20
	defaultMaxProfile = 64 << 20
)

// Flags defines the options' flags on fs.
func (o *Options) Flags(fs *flag.FlagSet) {
	fs.BoolVar(&o.Leak, "leak", false, "also take the runtime's goroutineleak profile: proof, at the cost of a garbage collection")
	fs.BoolVar(&o.Full, "full", false, "take tracebacks (debug=2), with ages and creators: stops the process meanwhile; up to 5,000 goroutines")
	fs.BoolVar(&o.Force, "force", false, "with -full, however many goroutines there are")
	fs.DurationVar(&o.Timeout, "timeout", defaultTimeout, "give up a request after this long")
	fs.StringVar(&o.HeaderFile, "header-file", "", "send the headers in this `file`, one \"Name: value\" a line")
	fs.StringVar(&o.UserFile, "user-file", "", "log in with the user:password in this `file`")
	fs.StringVar(&o.TokenFile, "token-file", "", "send the bearer token in this `file`")
	fs.StringVar(&o.CACert, "cacert", "", "trust the certificates in this `file`, in place of the system's")
	fs.StringVar(&o.Cert, "cert", "", "show the server the client certificate in this `file`")
	fs.StringVar(&o.Key, "key", "", "the `file` with the key of -cert, if it is another")
	fs.StringVar(&o.ServerName, "server-name", "", "the `name` in the server's certificate, if it is not the address's host")
	fs.BoolVar(&o.Insecure, "insecure", false, "accept any server certificate")
}

func (o *Options) defaults() {
	if o.FirstByte <= 0 {
		o.FirstByte = max(defaultFirstByte, o.Timeout)
	}
	o.Timeout = orDefault(o.Timeout, defaultTimeout)
	o.Connect = orDefault(o.Connect, defaultConnect)
	o.Idle = orDefault(o.Idle, defaultIdle)
	o.MaxText = orDefault(o.MaxText, defaultMaxText)
	o.MaxProfile = orDefault(o.MaxProfile, defaultMaxProfile)
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
}

func orDefault[N ~int64](n, otherwise N) N {
	if n <= 0 {
		return otherwise
	}
	return n
}
