// SPDX-License-Identifier: MIT

package body

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

func Status(url string) (int, error) {
	resp, err := http.Get(url) // want `http-body: the body of this response is never closed  \[likely\]`
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}

func Early(client *http.Client, req *http.Request) ([]byte, error) {
	resp, err := client.Do(req) // want `http-body: the body of this response is not closed on the way to line 28`
	if err != nil {
		return nil, err
	}
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("status %s", resp.Status)
	}
	defer resp.Body.Close()
	return io.ReadAll(resp.Body)
}

func Retry(client *http.Client, url string) error {
	for range 3 {
		resp, err := client.Get(url) // want `http-body: .* is not closed`
		if err != nil {
			continue
		}
		if resp.StatusCode == http.StatusServiceUnavailable {
			continue
		}
		return resp.Body.Close()
	}
	return errors.New("gave up")
}

func Thrown(url string) {
	http.Post(url, "text/plain", nil) // want `http-body:`
}

func ThrownResponse(url string) error {
	_, err := http.Get(url) // want `http-body:`
	return err
}

func Spawned(url string) {
	go func() {
		resp, err := http.Get(url) // want `http-body:`
		if err == nil {
			fmt.Println(resp.StatusCode)
		}
	}()
}

// From here on nothing is wrong.

func Closed(url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

func Literal(url string) (err error) {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, resp.Body.Close())
	}()
	return nil
}

func NotNil(url string) error {
	resp, err := http.Get(url)
	if resp != nil {
		defer resp.Body.Close()
	}
	return err
}

func Timeout(url string) error {
	resp, err := http.Get(url)
	if errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	if err != nil {
		return err
	}
	resp.Body.Close()
	return nil
}

func Returned(url string) (*http.Response, error) { return http.Get(url) }

func ReturnedBody(url string) (io.ReadCloser, error) {
	resp, err := http.Get(url)
	if err != nil {
		return nil, err
	}
	return resp.Body, nil
}

func Passed(url string) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	return read(resp)
}

func read(resp *http.Response) error { return resp.Body.Close() }

func Decoded(url string, v any) error {
	resp, err := http.Get(url)
	if err != nil {
		return err
	}
	return json.NewDecoder(resp.Body).Decode(v)
}

func Loop(url string) error {
	var resp *http.Response
	var err error
	for range 3 {
		if resp, err = http.Get(url); err == nil {
			break
		}
	}
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return nil
}

func Head(client *http.Client, url string) (int, error) {
	req, err := http.NewRequest(http.MethodHead, url, nil)
	if err != nil {
		return 0, err
	}
	resp, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, nil
}

type page struct{ resp *http.Response }

func Stored(p *page, url string) (err error) {
	p.resp, err = http.Get(url)
	return err
}
