// SPDX-License-Identifier: MIT

package networkio

import (
	"net/http"
	"sync"
	"time"

	"github.com/sony/gobreaker/v2"
	"golang.org/x/time/rate"
)

// PollFixed is Poll, mended three times over: the client's Timeout ends every
// request; the limiter lets no more than a few start in that time, however fast
// the ticks come; and after some failures the breaker leaves the server alone
// for a while, so that nobody waits for it at all. It returns when ticks is
// closed and every request has ended.
func PollFixed(ticks <-chan time.Time, url string, timeout time.Duration, tell func(status int)) {
	client := &http.Client{Timeout: timeout}
	limiter := rate.NewLimiter(rate.Every(timeout), 3)
	breaker := gobreaker.NewCircuitBreaker[int](gobreaker.Settings{
		Name:        url,
		ReadyToTrip: func(c gobreaker.Counts) bool { return c.ConsecutiveFailures >= 3 },
	})
	var requests sync.WaitGroup
	defer requests.Wait()
	for range ticks {
		if !limiter.Allow() {
			continue
		}
		requests.Go(func() {
			status, err := breaker.Execute(func() (int, error) {
				resp, err := client.Get(url)
				if err != nil {
					return 0, err
				}
				defer resp.Body.Close()
				return resp.StatusCode, nil
			})
			if err == nil {
				tell(status)
			}
		})
	}
}
