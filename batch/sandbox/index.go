package sandbox

import (
	"slices"
	"strings"
)

// chunkSize is the most entries that one insertion has to move.
const chunkSize = 1024

// A keyed is what an index keeps: a pointer to something that has a key, which never changes.
type keyed interface{ key() string }

// An index keeps entries in order of key, in chunks: an insertion moves entries within one chunk only, and a page is found by
// skipping whole chunks. With a million entries both stay in the order of microseconds. Chunks are never empty.
type index[T keyed] struct {
	chunks [][]T
	size   int
}

// find returns the entry with a key, or nil.
func (x *index[T]) find(key string) T {
	c, i, ok := x.locate(key)
	if !ok {
		var none T
		return none
	}
	return x.chunks[c][i]
}

// insert adds an entry whose key is not there yet.
func (x *index[T]) insert(entry T) {
	x.size++
	if len(x.chunks) == 0 {
		x.chunks = [][]T{{entry}}
		return
	}
	c, i, _ := x.locate(entry.key())
	if c == len(x.chunks)-1 && i == chunkSize {
		// Entries that come in order fill their chunks.
		x.chunks = append(x.chunks, []T{entry})
		return
	}
	chunk := slices.Insert(x.chunks[c], i, entry)
	if len(chunk) <= chunkSize {
		x.chunks[c] = chunk
		return
	}
	middle := len(chunk) / 2
	x.chunks[c] = slices.Clone(chunk[:middle])
	x.chunks = slices.Insert(x.chunks, c+1, slices.Clone(chunk[middle:]))
}

// remove takes the entry with a key out, if it is there.
func (x *index[T]) remove(key string) {
	c, i, ok := x.locate(key)
	if !ok {
		return
	}
	x.size--
	x.chunks[c] = slices.Delete(x.chunks[c], i, i+1)
	if len(x.chunks[c]) == 0 {
		x.chunks = slices.Delete(x.chunks, c, c+1)
	}
}

// page returns up to n entries from the one at start on.
func (x *index[T]) page(start, n int) []T {
	var rows []T
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

// locate returns where a key is, or where it would have to be inserted.
func (x *index[T]) locate(key string) (chunk, i int, found bool) {
	chunk, found = slices.BinarySearchFunc(x.chunks, key, func(c []T, key string) int {
		return strings.Compare(c[0].key(), key)
	})
	switch {
	case found:
		return chunk, 0, true
	case chunk == 0:
		return 0, 0, false
	}
	chunk-- // the last one that begins before the key
	i, found = slices.BinarySearchFunc(x.chunks[chunk], key, func(entry T, key string) int {
		return strings.Compare(entry.key(), key)
	})
	return chunk, i, found
}
