// Package sheet reads and writes tables: CSV files and XLSX workbooks as people really have them.
//
// It knows nothing of what the columns mean. How much a line looks like a header is a function that the caller gives
// ([Options.Header]); everything else is decided from the bytes of the file, and each decision can be read from the [Table].
//
// # The promise
//
// No line is dropped, shifted, merged or altered in silence. [Table.Rows] yields every line below the header exactly once and
// in order, to the last one that the file holds; line numbers are the ones that a spreadsheet program shows. A line is
//
//   - a row with as many cells as the header has names, or
//   - a blank line, without cells ([Row.Blank]), or
//   - a row with a [Fault]: what is wrong with this row only. Reading goes on.
//
// If the file itself is broken (a cut zip, a wrong checksum, XML that isn't well formed, a quote that never closes, lines out
// of order) the last thing yielded is an error, and then nothing of the file is to be trusted: the rows before it may
// have been shifted too. Every pass reads the parts that it uses to their end, checksums included, before it ends without an
// error, and compares the file's size and time with what [Open] saw.
//
// # How a file becomes rows
//
//	recognise   what is it? By its first bytes, never by its name
//	source      the file's lines with their cells, one at a time:
//	              csvSource   bytes -> decoded text -> lines -> encoding/csv
//	              xlsxSource  zip -> part -> rowScanner -> cells (shared strings, styles, dates)
//	header      the best of the first lines, by the caller's function
//	Table.Rows  each line fitted to the header's width
//
// CSV. encoding/csv does the parsing. In front of it stand the decoder of the text and a line reader, which hands it one physical line
// at a time. That gives bounded memory, line ends of all three kinds (encoding/csv takes a file with bare CR for one
// record), and line numbers: encoding/csv passes over blank lines without a word.
//
// XLSX. All reading is ours, for the libraries at hand lose the rest of a damaged worksheet without an error. It needs
// archive/zip, encoding/xml in strict mode, and little of the format: relationships lead to the workbook, the worksheets, the
// shared strings and the styles; the styles tell which numbers are dates. Nothing is unpacked to the disk, no link is followed,
// no macro or formula is run: a formula's value is the one that the spreadsheet program stored.
//
// # Secrets
//
// Cells may hold passwords, and which ones do is not known here. So no error, fault or hint quotes the text of a cell. One
// field carries text for callers that know better: [NoHeaderError].Lines.
//
// # Out
//
// A [Writer] writes what a reader finds again: text stays text, whatever it looks like to a spreadsheet program. In XLSX that is
// the type of the cell; in CSV, where a program would run a text that begins like a formula, an apostrophe is put in front.
package sheet
