package sheet_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
)

const worksheetPart = "xl/worksheets/sheet1.xml"

// repack writes the entries of a zip file anew, each with the header and the packed data that change makes of its own.
func repack(t *testing.T, content []byte, change func(h *zip.FileHeader, packed []byte) []byte) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range z.File {
		r, err := f.OpenRaw()
		if err != nil {
			t.Fatal(err)
		}
		packed, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		h := f.FileHeader
		h.Flags &^= 8 // the sizes stand in front of the data
		packed = change(&h, packed)
		entry, err := w.CreateRaw(&h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := entry.Write(packed); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// repackPart is repack for one part.
func repackPart(t *testing.T, content []byte, name string, change func(h *zip.FileHeader, packed []byte) []byte) []byte {
	t.Helper()
	return repack(t, content, func(h *zip.FileHeader, packed []byte) []byte {
		if h.Name == name {
			return change(h, packed)
		}
		return packed
	})
}

func TestXLSXZipDamage(t *testing.T) {
	whole := minimal(headerRow + `<row r="2"><c r="A2"><v>-1</v></c></row>`).zip(t)
	for name, tt := range map[string]struct {
		part   string
		change func(h *zip.FileHeader, packed []byte) []byte
		says   string
	}{
		"checksum of a worksheet": {worksheetPart, func(h *zip.FileHeader, packed []byte) []byte {
			h.CRC32 ^= 1
			return packed
		}, "doesn't match its checksum"},
		"checksum of the shared strings": {"xl/sharedStrings.xml", func(h *zip.FileHeader, packed []byte) []byte {
			h.CRC32 ^= 1
			return packed
		}, "doesn't match its checksum"},
		"checksum of the styles": {"xl/styles.xml", func(h *zip.FileHeader, packed []byte) []byte {
			h.CRC32 ^= 1
			return packed
		}, "doesn't match its checksum"},
		"checksum of the workbook": {"xl/workbook.xml", func(h *zip.FileHeader, packed []byte) []byte {
			h.CRC32 ^= 1
			return packed
		}, "doesn't match its checksum"},
		"no checksum": {worksheetPart, func(h *zip.FileHeader, packed []byte) []byte {
			h.CRC32 = 0
			return packed
		}, "has no checksum"},
		"larger than it says": {worksheetPart, func(h *zip.FileHeader, packed []byte) []byte {
			h.UncompressedSize64--
			return packed
		}, "larger than the zip container says"},
		"smaller than it says": {worksheetPart, func(h *zip.FileHeader, packed []byte) []byte {
			h.UncompressedSize64++
			return packed
		}, "ends too early"},
		"packed data cut": {worksheetPart, func(h *zip.FileHeader, packed []byte) []byte {
			h.CompressedSize64 -= 10
			return packed[:len(packed)-10]
		}, worksheetPart},
		"encrypted": {worksheetPart, func(h *zip.FileHeader, packed []byte) []byte {
			h.Flags |= 1
			return packed
		}, "encrypted"},
		"packed in an unknown way": {worksheetPart, func(h *zip.FileHeader, packed []byte) []byte {
			h.Method = 93
			return packed
		}, "can't be unpacked"},
		"larger than any list": {"xl/styles.xml", func(h *zip.FileHeader, packed []byte) []byte {
			h.UncompressedSize64, h.CompressedSize64 = 3<<30, 3<<30
			return packed
		}, "larger than 2 GiB"},
	} {
		t.Run(name, func(t *testing.T) {
			checkDamage(t, repackPart(t, whole, tt.part, tt.change), tt.says)
		})
	}
}

func TestXLSXTooManyEntries(t *testing.T) {
	for _, n := range []int{2001, 65_535, 150_000} {
		var b bytes.Buffer
		w := zip.NewWriter(&b)
		for i := range n {
			if _, err := w.CreateHeader(&zip.FileHeader{Name: fmt.Sprintf("x/%d", i)}); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		says := "more than 2000 entries"
		if n > 100_000 {
			says = "its directory is too large" // which was found before all of it was read
		}
		checkDamage(t, b.Bytes(), says)
	}
}

func TestXLSXRatio(t *testing.T) {
	checkDamage(t, minimal(headerRow+strings.Repeat(" ", 11<<20)).zip(t), "more than 200 times its size")
}

// Entries that share bytes are how a small file has a hundred thousand large parts.
func TestXLSXOverlappingEntries(t *testing.T) {
	whole := minimal(headerRow).zip(t)
	directory := func(b []byte, name string) []byte { // the entry of the directory
		i := bytes.LastIndex(b, []byte(name)) - 46
		if string(b[i:i+4]) != "PK\x01\x02" {
			t.Fatalf("no entry of the directory for %s", name)
		}
		return b[i:]
	}
	const offset = 42 // in an entry of the directory, of the part's own header

	same := bytes.Clone(whole)
	copy(directory(same, "xl/styles.xml")[offset:offset+4], directory(same, "xl/sharedStrings.xml")[offset:offset+4])
	checkDamage(t, same, "shares bytes with another part")

	z, err := zip.NewReader(bytes.NewReader(whole), int64(len(whole)))
	if err != nil {
		t.Fatal(err)
	}
	inner := z.File[len(z.File)-1] // its header and data are put into another part
	at, err := inner.DataOffset()
	if err != nil {
		t.Fatal(err)
	}
	from := at - int64(30+len(inner.Name))
	local := whole[from : at+int64(inner.CompressedSize64)]
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	outer, err := w.CreateHeader(&zip.FileHeader{Name: "outer", Method: zip.Store})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := outer.Write(local); err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		if err := w.Copy(f); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	nested := b.Bytes()
	binary.LittleEndian.PutUint32(directory(nested, inner.Name)[offset:], uint32(bytes.Index(nested, local)))
	checkDamage(t, nested, "shares bytes with another part")
}

// blanks10GB returns packed blanks, 10 GB of them, behind what stands before them. The pieces are made once and repeated.
func blanks10GB(t *testing.T, before string) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	blanks := bytes.Repeat([]byte(" "), 1<<20)
	piece := func(text []byte) []byte {
		from := b.Len()
		if _, err := w.Write(text); err != nil {
			t.Fatal(err)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		return bytes.Clone(b.Bytes()[from:])
	}
	piece([]byte(before))
	piece(blanks)
	return append(b.Bytes(), bytes.Repeat(piece(blanks), 10<<10)...)
}

// A bomb of 10 GB is refused with little memory and no file beside it, whatever the container says of its size.
func TestXLSXBomb(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	t.Setenv("TMP", temp)
	whole := minimal(headerRow).zip(t)
	allowed := func(packed []byte, _ string) uint64 { return uint64(len(packed)) * 150 } // by the ratio and the size
	for _, tt := range []struct {
		part, before string
		declared     func(packed []byte, before string) uint64
		says         string
	}{
		{worksheetPart, `<worksheet><sheetData>`, func([]byte, string) uint64 { return 10 << 30 }, "larger than 2 GiB"},
		{worksheetPart, `<worksheet><sheetData>`, func(_ []byte, before string) uint64 { return uint64(len(before)) + 1000 }, "larger than the zip container says"},
		{worksheetPart, `<worksheet><sheetData>`, allowed, "more than 1 MiB"},
		{worksheetPart, `<worksheet><sheetData><row r="1"><c r="A1" t="str"><v>`, allowed, "more than 1 MiB"},
		{"xl/sharedStrings.xml", `<sst><si><t>`, allowed, "more than 1 MiB"},
		{"xl/styles.xml", `<styleSheet `, allowed, "larger than 32 MiB"},
		{"xl/workbook.xml", `<workbook><!--`, func([]byte, string) uint64 { return 8 << 20 }, "more than 1 MiB"},
	} {
		packed := blanks10GB(t, tt.before)
		bomb := repackPart(t, whole, tt.part, func(h *zip.FileHeader, _ []byte) []byte {
			h.CRC32, h.CompressedSize64, h.UncompressedSize64 = 1, uint64(len(packed)), tt.declared(packed, tt.before)
			return packed
		})
		path := writeFile(t, string(bomb))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		checkDamageOf(t, path, tt.says)
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 32<<20 {
			t.Errorf("%s: %d bytes of memory", tt.says, used)
		}
	}
	files, err := os.ReadDir(temp)
	if err != nil || len(files) > 0 {
		t.Errorf("%d files beside the workbook, %v", len(files), err)
	}
}

// Styles of 40 MB, which aren't noticed by their ratio.
func TestXLSXLargeStyles(t *testing.T) {
	styles := "<styleSheet>" + strings.Repeat(" ", 40<<20) + "</styleSheet>"
	large := repackPart(t, minimal(headerRow).zip(t), "xl/styles.xml", func(h *zip.FileHeader, _ []byte) []byte {
		h.Method, h.CRC32 = zip.Store, crc32.ChecksumIEEE([]byte(styles))
		h.UncompressedSize64, h.CompressedSize64 = uint64(len(styles)), uint64(len(styles))
		return []byte(styles)
	})
	checkDamage(t, large, "xl/styles.xml: the part is larger than 32 MiB")
	checkDamage(t, minimal(headerRow).with(parts{
		"xl/styles.xml": `<styleSheet><cellXfs>` + strings.Repeat(`<xf/>`, 1<<16+1) + `</cellXfs></styleSheet>`,
	}).zip(t), "more than 65536 cell styles")
}
