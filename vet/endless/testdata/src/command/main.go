// SPDX-License-Identifier: MIT

package main

import (
	"net"
	"time"
)

func main() {
	go report()
	for range 3 {
		start()
	}
	l, err := net.Listen("tcp", ":0")
	if err != nil {
		panic(err)
	}
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go serve(conn)
	}
}

func report() {
	for range time.Tick(time.Minute) {
		println("on")
	}
}

func start() {
	go func() {
		for {
			time.Sleep(time.Second)
		}
	}()
}

func serve(conn net.Conn) {
	go func() {
		for {
			time.Sleep(time.Second) // want `sleep-loop:`
			conn.Write(nil)
		}
	}()
}
