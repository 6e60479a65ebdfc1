// SPDX-License-Identifier: MIT

package client

import (
	"context"
	"net/http"
	"sync"
	"time"
)

func Ping(url string) {
	go func() {
		resp, err := http.Get(url) // want `network-io: the goroutine waits in http\.Get for as long as the server likes  \[suspect\]`
		if err == nil {
			resp.Body.Close()
		}
	}()
}

var client = &http.Client{CheckRedirect: nil}

func Poll(url string) {
	go poll(url)
}

func poll(url string) {
	for range time.Tick(time.Second) {
		ask(url)
	}
}

func ask(url string) {
	resp, err := client.Get(url) // want `network-io: the goroutine waits in client\.Get`
	if err == nil {
		resp.Body.Close()
	}
}

func All(urls []string) {
	var wg sync.WaitGroup
	for _, url := range urls {
		wg.Go(func() {
			req, err := http.NewRequest("GET", url, nil)
			if err != nil {
				return
			}
			resp, err := http.DefaultClient.Do(req) // want `network-io:`
			if err == nil {
				resp.Body.Close()
			}
		})
	}
	wg.Wait()
}

// From here on nothing is wrong.

var limited = &http.Client{Timeout: time.Second}

func Limited(url string) {
	go func() {
		resp, err := limited.Get(url)
		if err == nil {
			resp.Body.Close()
		}
	}()
}

var later = &http.Client{}

func init() { later.Timeout = time.Second }

func Later(url string) {
	go func() {
		resp, err := later.Get(url)
		if err == nil {
			resp.Body.Close()
		}
	}()
}

func Context(ctx context.Context, url string) {
	go func() {
		req, err := http.NewRequestWithContext(ctx, "GET", url, nil)
		if err != nil {
			return
		}
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			resp.Body.Close()
		}
	}()
}

func Given(client *http.Client, req *http.Request) {
	go func() {
		resp, err := client.Do(req)
		if err == nil {
			resp.Body.Close()
		}
	}()
}

func Caller(url string) error { // no goroutine of its own
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func init() {
	go func() {
		resp, err := http.Get("http://localhost/started")
		if err == nil {
			resp.Body.Close()
		}
	}()
}
