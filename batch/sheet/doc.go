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
// error, and sees to it that the file is the one that [Open] saw, of the same size and time.
//
// # How a file becomes rows
//
//	survey      one reading of the whole file: what is it, in which encoding, with which hash?
//	recognise     what is it? By its first bytes, never by its name
//	unlock        a protected workbook becomes a plain one, in memory
//	source      the file's lines with their cells, one at a time:
//	              csvSource   bytes -> decoded text -> lines -> encoding/csv
//	              xlsxSource  zip -> part -> rowScanner -> cells (shared strings, styles, dates)
//	header      the best of the first lines, by the caller's function
//	Table.Rows  each line fitted to the header's width
//
// What it is not. Much of what people send as a sheet is something else: a web page called .xls, the lock file of an open
// workbook, a link to a sheet in the cloud. Each is a [NotSheetError] that calls it by its name and tells the way out. Compound
// files, which begin alike whether they hold an old workbook, a protected one or a letter, are looked into.
//
// Encodings. A byte order mark tells the encoding, and so does the caller ([Options.Encoding]); if they contradict each other,
// that is an error. Without either, a text is UTF-16 if its NUL bytes show nothing else, then UTF-8 if all of it is, and else
// Windows-1252, which is a guess ([Table.Guessed]): other encodings of one byte a character look the same. A text of which
// some characters are UTF-8 and others are not is two texts joined, and an [EncodingError], for a guess would spoil one
// of them. What stands for no character becomes U+FFFD and stays in its row.
//
// CSV. encoding/csv does the parsing. In front of it stand the decoder of the text, which works piece by piece, and a line
// reader, which hands it one physical line at a time. That gives bounded memory, line ends of all three kinds (encoding/csv
// takes a file with bare CR for one record), and line numbers: encoding/csv passes over blank lines without a word. What can
// be told of a whole buffer, such as that no bare CR is in it, is not asked of each line. One thing encoding/csv changes: a line
// break inside quotes that is CRLF in the file is LF in the cell; a bare CR there stays.
//
// Protected workbooks. A compound file holds the workbook, encrypted, and how it was. Everything is checked before it is
// believed: the numbers of the container, the description of the lock, the password by the verifier that is there for
// it, then the content by the sum that the lock has of it, or else by the checksums of the zip archive. So a wrong password
// ([ProtectedError]) and damage are told apart. The locks are those of Office 2007 (standard) and of all since (agile); they
// are opened here, for the library at hand, excelize, takes a wrong password for a right one and the square of the file's size
// in time. In this package excelize is for the tests only: it makes workbooks, and is a second opinion on what is in them.
//
// XLSX. All reading is ours, for the libraries at hand lose the rest of a damaged worksheet without an error. It needs
// archive/zip, and little of the format: relationships lead to the workbook, the worksheets, the shared strings and the styles;
// the styles tell which numbers are dates, and what a number format shows that isn't in the cell. Nothing is unpacked to the
// disk, no link is followed, no macro or formula is run: a formula's value is the one that the spreadsheet program stored.
//
//	container   the zip file: its bounds, and that no two parts share bytes
//	part        one part's XML. A goroutine unpacks it, and lets only characters pass that XML may hold, a few blocks ahead
//	xmlScanner  cuts it into tokens, and refuses what isn't well formed
//	rowScanner  knows the XML of worksheets: rows and cells in order, each once
//	xlsxSource  makes cells of what they hold
//
// What the XML has that is not known here is skipped where the format leaves room for it (around the rows, and in extensions),
// but never unchecked; among the sheets, the rows, the cells and the texts it is an error, never a guess. So is text between
// elements, which no program writes. What a part could do to the memory is bounded: a token by 1 MiB, a row by 16 MiB, styles by
// their number; the shared strings, which alone grow with the file, take their text, in pieces of 1 MiB, and four bytes each,
// and stay in the memory as long as the Table.
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
