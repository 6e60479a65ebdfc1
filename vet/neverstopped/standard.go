// SPDX-License-Identifier: MIT

package neverstopped

import (
	"go/types"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/vet/internal/symbol"
)

// standard returns the contract of a function of the standard library that its
// source does not show.
func standard(f *types.Func, spawned bool) *Starts {
	switch {
	case symbol.Is(f, "database/sql", "", "Open", "OpenDB") && !spawned:
		// database/sql/sql.go: OpenDB starts connectionOpener, and Close cancels its
		// context.
		return &Starts{
			Result: 0, Type: "sql.DB", Stops: []string{"Close"},
			Keeps: []string{
				"Begin", "BeginTx", "Driver", "Exec", "ExecContext", "Ping", "PingContext", "Query", "QueryContext", "QueryRow", "QueryRowContext",
				"SetConnMaxIdleTime", "SetConnMaxLifetime", "SetMaxIdleConns", "SetMaxOpenConns", "Stats",
			},
			Wait:    unleak.WaitSelect,
			Stack:   []unleak.Frame{{Func: "database/sql.(*DB).connectionOpener"}},
			Created: unleak.Frame{Func: "database/sql.OpenDB"},
		}
	case symbol.Is(f, "net/http", "Server", "ListenAndServe", "ListenAndServeTLS") && spawned:
		// net/http/server.go: Serve accepts until Close or Shutdown closes the
		// listener.
		return &Starts{
			Result: -1, Type: "http.Server", Stops: []string{"Close", "Shutdown"},
			Keeps: []string{"ListenAndServe", "ListenAndServeTLS", "SetKeepAlivesEnabled"},
			Wait:  unleak.WaitIO,
			Stack: []unleak.Frame{{Func: "net/http.(*Server)." + f.Name()}},
		}
	}
	return nil
}
