// SPDX-License-Identifier: MIT

// Package database keeps one sql.DB for the process, as most programs do. Its
// driver runs a goroutine for each connection, as those of several databases do.
package database

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"sync"
)

// DB is opened at the first use and never closed.
var DB = sync.OnceValue(func() *sql.DB {
	db := sql.OpenDB(connector{})
	db.SetMaxIdleConns(3)
	return db
})

type connector struct{}

func (connector) Connect(ctx context.Context) (driver.Conn, error) {
	c := &conn{queries: make(chan chan error)}
	go c.serve()
	return c, nil
}

func (connector) Driver() driver.Driver { return nil }

// A conn hands its queries to a goroutine of its own.
type conn struct{ queries chan chan error }

func (c *conn) serve() {
	for answer := range c.queries {
		answer <- nil
	}
}

func (c *conn) Ping(context.Context) error {
	answer := make(chan error)
	c.queries <- answer
	return <-answer
}

func (c *conn) Close() error                        { close(c.queries); return nil }
func (c *conn) Begin() (driver.Tx, error)           { return nil, errors.ErrUnsupported }
func (c *conn) Prepare(string) (driver.Stmt, error) { return nil, io.EOF }
