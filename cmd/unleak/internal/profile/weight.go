// SPDX-License-Identifier: MIT

package profile

import "encoding/binary"

// maxWeight is how many times Options.MaxBytes the goroutines may take that a
// profile is read to. A stack of 25 frames takes some 70 bytes in a profile and
// 2 KiB when it is read, so that by default half a million fit; but an entry
// without content takes two bytes, and a hundred when it is read.
const maxWeight = 16

// weight estimates how many bytes a profile takes when it is read, by its entries
// and the numbers in them (proto/profile.proto of google/pprof). A number may stand
// for a frame.
func weight(data []byte) (n int64) {
	const stringTable = 6
	walk(data, func(field uint64, entry []byte) {
		n += 128 + int64(len(entry))
		if field == stringTable {
			return
		}
		walk(entry, func(_ uint64, numbers []byte) {
			n += 64
			for _, b := range numbers {
				if b < 0x80 { // a number ends here
					n += 80
				}
			}
		})
	})
	return n
}

// walk calls f for each field of a protobuf message, with its content where it has
// a length. It ends where the message is malformed; whoever parses it says so.
func walk(data []byte, f func(field uint64, content []byte)) {
	const varint, fixed64, delimited, fixed32 = 0, 1, 2, 5
	for {
		key, n := binary.Uvarint(data)
		if n <= 0 {
			return
		}
		data = data[n:]
		size, skip := uint64(0), 0
		switch key & 7 {
		case varint:
			_, skip = binary.Uvarint(data)
			if skip <= 0 {
				return
			}
		case fixed64:
			size = 8
		case fixed32:
			size = 4
		case delimited:
			size, skip = binary.Uvarint(data)
			if skip <= 0 {
				return
			}
		default:
			return
		}
		data = data[skip:]
		if size > uint64(len(data)) {
			return
		}
		f(key>>3, data[:size])
		data = data[size:]
	}
}
