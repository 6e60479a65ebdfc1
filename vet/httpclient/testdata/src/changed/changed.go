// SPDX-License-Identifier: MIT

package changed

import (
	"net/http"
	"time"
)

func init() { http.DefaultClient.Timeout = time.Minute }

func Ping(url string) {
	go func() {
		if resp, err := http.Get(url); err == nil {
			resp.Body.Close()
		}
	}()
}
