// SPDX-License-Identifier: MIT

package unleak

import "slices"

// Causes returns the catalogue: what is to be said of each cause, in the order
// of the constants.
func Causes() []CauseText {
	return slices.Concat(chanCauses(), syncCauses(), loopCauses(), outsideCauses(), lifetimeCauses())
}

// Text returns c's entry of the catalogue, and whether there is one.
func (c Cause) Text() (CauseText, bool) {
	for _, text := range Causes() {
		if text.Cause == c {
			return text, true
		}
	}
	return CauseText{}, false
}
