package main

import (
	"archive/zip"
	"bytes"
	"cmp"
	"hash/crc32"
	"io"
	"slices"
)

// pack repacks a workbook so that the same parts always give the same bytes: sorted, undated and stored.
func pack(book []byte) ([]byte, error) {
	in, err := zip.NewReader(bytes.NewReader(book), int64(len(book)))
	if err != nil {
		return nil, err
	}
	slices.SortFunc(in.File, func(a, b *zip.File) int { return cmp.Compare(a.Name, b.Name) })
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, part := range in.File {
		content, err := read(part)
		if err != nil {
			return nil, err
		}
		// Sizes go in front of the content, not behind: some readers can't skip stored parts otherwise.
		w, err := out.CreateRaw(&zip.FileHeader{
			Name: part.Name, Method: zip.Store, CRC32: crc32.ChecksumIEEE(content),
			CompressedSize64: uint64(len(content)), UncompressedSize64: uint64(len(content)),
		})
		if err != nil {
			return nil, err
		}
		if _, err := w.Write(content); err != nil {
			return nil, err
		}
	}
	if err := out.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func read(part *zip.File) ([]byte, error) {
	r, err := part.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}
