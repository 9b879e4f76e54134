package sandbox

import (
	"slices"
	"strings"
)

// chunkSize is the most accounts that one insertion has to move.
const chunkSize = 1024

// An index keeps accounts in order of address, in chunks: an insertion moves accounts within one chunk only, and a page is
// found by skipping whole chunks. With a million accounts both stay in the order of microseconds. Chunks are never empty.
type index struct {
	chunks [][]*User
	size   int
}

// find returns the account with an address, or nil.
func (x *index) find(address string) *User {
	c, i, ok := x.locate(address)
	if !ok {
		return nil
	}
	return x.chunks[c][i]
}

// insert adds an account whose address is not there yet.
func (x *index) insert(u *User) {
	x.size++
	if len(x.chunks) == 0 {
		x.chunks = [][]*User{{u}}
		return
	}
	c, i, _ := x.locate(u.EmailAddress)
	chunk := slices.Insert(x.chunks[c], i, u)
	if len(chunk) <= chunkSize {
		x.chunks[c] = chunk
		return
	}
	middle := len(chunk) / 2
	x.chunks[c] = slices.Clone(chunk[:middle])
	x.chunks = slices.Insert(x.chunks, c+1, slices.Clone(chunk[middle:]))
}

// page returns up to n accounts from the one at start on.
func (x *index) page(start, n int) []*User {
	var rows []*User
	for _, chunk := range x.chunks {
		if start >= len(chunk) {
			start -= len(chunk)
			continue
		}
		rows = append(rows, chunk[start:min(len(chunk), start+n-len(rows))]...)
		if len(rows) == n {
			break
		}
		start = 0
	}
	return rows
}

// locate returns where an address is, or where it would have to be inserted.
func (x *index) locate(address string) (chunk, i int, found bool) {
	chunk, found = slices.BinarySearchFunc(x.chunks, address, func(c []*User, a string) int {
		return strings.Compare(c[0].EmailAddress, a)
	})
	switch {
	case found:
		return chunk, 0, true
	case chunk == 0:
		return 0, 0, false
	}
	chunk-- // the last one that begins before the address
	i, found = slices.BinarySearchFunc(x.chunks[chunk], address, func(u *User, a string) int {
		return strings.Compare(u.EmailAddress, a)
	})
	return chunk, i, found
}
