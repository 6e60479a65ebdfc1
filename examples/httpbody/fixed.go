// SPDX-License-Identifier: MIT

package httpbody

import "net/http"

// StatusFixed is Status, mended: it closes the body.
func StatusFixed(client *http.Client, url string) (int, error) {
	resp, err := client.Get(url)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	return resp.StatusCode, nil
}
