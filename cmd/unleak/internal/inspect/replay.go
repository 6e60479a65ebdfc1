// SPDX-License-Identifier: MIT

package inspect

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/report/jsonstream"
)

// maxStream bounds a stream of our own: reports are kept whole.
const maxStream = 256 << 20

// replay reads a report back that was written as JSON, as it was judged then.
func replay(from string, body *bufio.Reader) (*unleak.Report, error) {
	r := new(unleak.Report)
	for m, err := range jsonstream.Read(&limited{r: body, left: maxStream}) {
		if err != nil {
			if errors.Is(err, jsonstream.ErrCut) || errors.Is(err, io.ErrUnexpectedEOF) {
				r.Losses = append(r.Losses, unleak.Loss{Kind: "truncated", Hides: true, Message: from + ": " + err.Error() + "."})
				continue
			}
			return nil, fmt.Errorf("%s: %w", from, err)
		}
		r.Add(m)
	}
	return r, nil
}
