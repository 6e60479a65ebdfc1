// SPDX-License-Identifier: MIT

// Package doublesend looks up a price and sends what came of it.
//
// After an error the function sends the error, forgets to return, and sends
// once more. The caller receives once.
package doublesend

// A Result is a price or the reason why there is none.
type Result struct {
	Price int
	Err   error
}

// Price looks up the price of an item.
func Price(item string, lookup func(item string) (int, error)) Result {
	results := make(chan Result)
	go func() {
		price, err := lookup(item)
		if err != nil {
			results <- Result{Err: err} // a return is missing after this line
		}
		results <- Result{Price: price} // the second send waits here for ever
	}()
	return <-results
}
