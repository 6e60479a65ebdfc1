// SPDX-License-Identifier: MIT

package source

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
)

// stubs declares the parts of the standard library that say where channels and
// locks come from. With them, embedded mutexes and fields of type *time.Ticker
// resolve without reading any import; all else that is imported stays unknown.
var stubs = [...]struct{ path, text string }{
	{"time", `package time
type Time struct{}
type Duration int64
const (Nanosecond Duration = 1; Microsecond = 1000 * Nanosecond; Millisecond = 1000 * Microsecond
	Second = 1000 * Millisecond; Minute = 60 * Second; Hour = 60 * Minute)
type Ticker struct { C <-chan Time }
func (*Ticker) Stop()
func (*Ticker) Reset(Duration)
type Timer struct { C <-chan Time }
func (*Timer) Stop() bool
func (*Timer) Reset(Duration) bool
func NewTicker(Duration) *Ticker
func NewTimer(Duration) *Timer
func AfterFunc(Duration, func()) *Timer
func After(Duration) <-chan Time
func Tick(Duration) <-chan Time
func Sleep(Duration)
func Now() Time
func Since(Time) Duration
func Until(Time) Duration`},
	{"sync", `package sync
type Locker interface { Lock(); Unlock() }
type Mutex struct { _ int }
func (*Mutex) Lock()
func (*Mutex) Unlock()
func (*Mutex) TryLock() bool
type RWMutex struct { _ int }
func (*RWMutex) Lock()
func (*RWMutex) Unlock()
func (*RWMutex) RLock()
func (*RWMutex) RUnlock()
func (*RWMutex) TryLock() bool
func (*RWMutex) TryRLock() bool
func (*RWMutex) RLocker() Locker
type WaitGroup struct { _ int }
func (*WaitGroup) Add(int)
func (*WaitGroup) Done()
func (*WaitGroup) Wait()
func (*WaitGroup) Go(func())
type Cond struct { L Locker }
func NewCond(Locker) *Cond
func (*Cond) Wait()
func (*Cond) Signal()
func (*Cond) Broadcast()
type Once struct { _ int }
func (*Once) Do(func())
func OnceFunc(func()) func()
func OnceValue[T any](func() T) func() T
func OnceValues[T1, T2 any](func() (T1, T2)) func() (T1, T2)`},
	{"context", `package context
import "time"
type Context interface { Deadline() (time.Time, bool); Done() <-chan struct{}; Err() error; Value(any) any }
type CancelFunc func()
type CancelCauseFunc func(error)
func Background() Context
func TODO() Context
func WithCancel(Context) (Context, CancelFunc)
func WithCancelCause(Context) (Context, CancelCauseFunc)
func WithDeadline(Context, time.Time) (Context, CancelFunc)
func WithDeadlineCause(Context, time.Time, error) (Context, CancelFunc)
func WithTimeout(Context, time.Duration) (Context, CancelFunc)
func WithTimeoutCause(Context, time.Duration, error) (Context, CancelFunc)
func WithValue(Context, any, any) Context
func WithoutCancel(Context) Context`},
	{"net/http", `package http
import ("context"; "time")
type RoundTripper interface { RoundTrip(*Request) (*Response, error) }
type Response struct { _ int }
type Client struct { Transport RoundTripper; Timeout time.Duration }
var DefaultClient *Client
func (*Client) Do(*Request) (*Response, error)
func (*Client) Get(string) (*Response, error)
func (*Client) Head(string) (*Response, error)
func (*Client) Post(string, string, any) (*Response, error)
func (*Client) PostForm(string, any) (*Response, error)
type Request struct { _ int }
func (*Request) Context() context.Context
func (*Request) WithContext(context.Context) *Request`},
	{"testing", `package testing
import "context"
type T struct { _ int }
func (*T) Context() context.Context
type B struct { _ int }
func (*B) Context() context.Context
type TB interface { Context() context.Context }`},
}

var errUnknownImport = errors.New("imports are not read")

// An importer gives the stubs, and fails for every other path.
type importer map[string]*types.Package

func (im importer) Import(path string) (*types.Package, error) {
	if p := im[path]; p != nil {
		return p, nil
	}
	return nil, errUnknownImport
}

func newImporter(fset *token.FileSet) importer {
	im := make(importer)
	for _, stub := range stubs {
		f, err := parser.ParseFile(fset, "stub/"+stub.path, stub.text, parser.SkipObjectResolution)
		if err != nil {
			continue
		}
		cfg := types.Config{Importer: im, IgnoreFuncBodies: true, Error: func(error) {}}
		if p, _ := cfg.Check(stub.path, fset, []*ast.File{f}, nil); p != nil {
			im[stub.path] = p
		}
	}
	return im
}
