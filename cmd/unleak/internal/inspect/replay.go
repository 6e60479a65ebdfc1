// SPDX-License-Identifier: MIT

package inspect

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/cmd/unleak/internal/usage"
	"github.com/unleak/unleak/internal/report/jsonstream"
)

// maxStream bounds a stream of our own: reports are kept whole.
const maxStream = 256 << 20

// replay reads a report back that was written as JSON, as it was judged then. What
// cannot be read of it is a loss.
func replay(from string, body io.Reader) *unleak.Report {
	r := new(unleak.Report)
	unread, first := 0, error(nil)
	for m, err := range jsonstream.Read(&limited{r: body, left: maxStream}) {
		switch {
		case err == nil:
			r.Add(m)
		case errors.Is(err, jsonstream.ErrCut):
			r.Losses = append(r.Losses, unleak.Loss{Kind: "truncated", Hides: true, Message: from + ": " + err.Error() + "."})
		default:
			if unread++; first == nil {
				first = err
			}
		}
	}
	if unread > 0 {
		r.Losses = append(r.Losses, unleak.Loss{Kind: "unreadable", Hides: true,
			Message: fmt.Sprintf("%s: %s cannot be read. %v.", from, unleak.Plural(unread, "line"), first)})
	}
	return r
}

// judgedAgain returns an error where options would look at goroutines, which a
// report does not have any more.
func (o *Options) judgedAgain(from string) error {
	var flags []string
	if filter := o.Filter.String(); filter != "" {
		flags = append(flags, filter)
	}
	if len(o.By) > 0 {
		flags = append(flags, "-by")
	}
	if o.Limit != (Limit{}) {
		flags = append(flags, "-limit")
	}
	if len(flags) == 0 {
		return nil
	}
	return usage.Errorf("%s is a report of unleak's own, which was judged when it was written: give %s when you write it", from, strings.Join(flags, " "))
}
