// SPDX-License-Identifier: MIT

package callers

import (
	"database/sql"
	"net/http"
	"objects"
)

func Serve(request string) {
	log := objects.New() // want `never-stopped: nobody calls Stop of this Logger`
	log.Print(request)
	log.Level = 2
}

func Opened(name string) error {
	log, err := objects.Open(name) // want `never-stopped: nobody calls Stop`
	if err != nil {
		return err
	}
	log.Print(name)
	return nil
}

func Database(name string) error {
	db, err := sql.Open("driver", name) // want `never-stopped: nobody calls Close of this sql\.DB`
	if err != nil {
		return err
	}
	return db.Ping()
}

func Listen(h http.Handler) {
	server := &http.Server{Handler: h}
	go server.ListenAndServe() // want `never-stopped: nobody calls Close or Shutdown of this http\.Server`
}

// From here on nothing is wrong.

func Deferred(request string) {
	log := objects.New()
	defer log.Stop()
	log.Print(request)
}

func Cleanup(request string, cleanup func(func())) {
	log := objects.New()
	cleanup(log.Stop)
}

func Literal(request string) {
	log := objects.New()
	defer func() { log.Stop() }()
}

// On some way it is stopped; the other may be one that does not happen.
func Some(request string) {
	log := objects.New()
	if request != "" {
		log.Stop()
	}
}

func Returned() *objects.Logger {
	log := objects.New()
	log.Print("made")
	return log
}

type server struct{ log *objects.Logger }

func (s *server) Start() { s.log = objects.New() }

func Registered() {
	log := objects.New()
	log.Register()
}

func Given(to func(*objects.Logger)) {
	log := objects.New()
	to(log)
}

func Sent(to chan<- *objects.Logger) { to <- objects.New() }

var global = objects.New()

func Stays() {
	log := objects.New()
	for {
		log.Print("on")
	}
}

func OpenDatabase(name string) (*sql.DB, error) {
	db, err := sql.Open("driver", name)
	if err != nil {
		return nil, err
	}
	return db, db.Ping()
}

func Shut(h http.Handler) {
	server := &http.Server{Handler: h}
	go server.ListenAndServe()
	defer server.Close()
}
