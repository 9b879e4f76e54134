// # Hazards
//
// Sheets come as people and programs make them. What is known to go wrong, and which test or acceptance script shows what is
// done about it; a test sees to it that each of them is there. "sheet.TestX" is a test of package sheet, a name that ends in
// .txtar a script in testdata/script.
//
// Texts:
//
//	C1   a byte order mark                                     sheet.TestCSVInEveryEncoding, check_encodings.txtar
//	C2   UTF-16, either way round                              sheet.TestCSVInEveryEncoding, sheet.TestEncoding, check_encodings.txtar
//	C3   Windows-1252 and its look-alikes                      sheet.TestEncoding, sheet.TestCSVUndecodable, check_encodings.txtar
//	C4   separators, and lines that name them                  sheet.TestCSVInEveryEncoding, sheet.TestCSV, check_encodings.txtar
//	C5   lines that end in a bare CR                           sheet.TestCSVInEveryEncoding, sheet.TestCSV
//	C6   line breaks within quotes                             sheet.TestCSV, check.txtar
//	C7   stray quotes, and quotes that never close             sheet.TestCSV, sheet.TestCSVBroken, check_files.txtar
//	C8   short and long rows                                   sheet.TestCSV, check_problems.txtar
//	C9   blank lines, and lines of separators                  sheet.TestCSV, batch.TestLinesThatAreNoPeople, check_lines.txtar
//	C10  no header, nothing but a header, nothing at all       check_header.txtar, check_files.txtar, batch.TestNoPeople
//	C11  columns twice, unknown, missing, misspelt             batch.TestBindQuestions, batch.TestNearField, check_header.txtar
//	C12  headings in capitals, with blanks and smart quotes    batch.TestHeadingsCompareWithoutCaseBlanksAndQuotes
//	C13  NUL and control characters in a cell                  sheet.TestCSV, batch.TestReadText, check_problems.txtar
//	C14  a cell of a megabyte, a line without an end           sheet.TestCSVLongCells, sheet.TestLineReaderEndless, sheet.TestCSVBroken
//	C15  numbers of lines as a spreadsheet program shows them  sheet.TestCSV, sheet.TestXLSXLines, report.TestAnnotateReadsBack, check.txtar
//	C16  numbers such as 1.23E+11                              batch.TestReadText
//	C17  zeros lost in front of a number                       batch.TestReadText
//	C18  01/02/2026                                            batch.TestReadDateInTheColumnsOrder, batch.TestDateOrders, check_dates.txtar
//	C19  addresses that nearly are                             batch.TestAddressHazards, batch.TestReadAddressCompletesLogOnNames
//	C20  the same address in another form                      batch.TestDuplicates, batch.TestAddressHazards, check_problems.txtar
//	C21  blanks around passwords and everything else           batch.TestReadPassword, batch.TestTrimTakesBlanksAndInvisibleCharacters
//	C22  passwords that begin like formulas                    batch.TestReadPassword, report.TestResultsFormulas
//
// Workbooks:
//
//	X1   cut, flipped, encrypted, renamed                      sheet.TestXLSXFlippedAndCut, sheet.TestXLSXZipDamage, sheet.TestRecognise, sheet.TestProtected, check_damage.txtar, check_protected.txtar
//	X2   XML that isn't well formed                            sheet.TestXMLMalformed, sheet.TestXLSXDamage, sheet.TestXLSXDamagePlace
//	X3   rows with odd numbers, out of order, twice            sheet.TestXLSXDamage, sheet.TestXLSXLines
//	X4   a cell in the last column of every row                sheet.TestXLSXLastColumnInManyRows
//	X5   shared strings that aren't there                      sheet.TestXLSXSharedStrings, sheet.TestXLSXDamage
//	X6   styles that aren't there                              sheet.TestXLSXStyles
//	X7   rich text, reading aids, CDATA, escapes               sheet.TestXLSXWaysToWriteXML, sheet.TestXLSXCells
//	X8   dates of both systems, as numbers and as texts        sheet.TestXLSXCells, sheet.TestXLSX1904, sheet.TestXLSXDayThatNeverWas, batch.TestReadDate
//	X9   booleans in all their forms                           sheet.TestXLSXCells, batch.TestReadBoolOfCellsThatAreNotText
//	X10  error cells                                           sheet.TestXLSXCells, check_faulty_onboarding.txtar
//	X11  formulas with and without a stored value              sheet.TestXLSXCells
//	X12  long numbers, numbers that are shown with zeros       sheet.TestXLSXCells, sheet.TestXLSXShown, batch.TestReadText
//	X13  what is hidden, merged, filtered; several worksheets  sheet.TestWorksheets, sheet.TestXLSXHiddenColumns, sheet.TestXLSXMergedCells, sheet.TestXLSXFilteredRows, check_xlsx.txtar, check_hidden.txtar
//	X14  parts with odd names, prefixes, strict workbooks      sheet.TestXLSXPartNames, sheet.TestXLSXWaysToWriteXML
//	X15  bombs                                                 sheet.TestXLSXBomb, sheet.TestXLSXTooManyEntries, sheet.TestXLSXOverlappingEntries, sheet.TestXLSXLargeStyles, sheet.TestXLSXRatio
//	X16  document types and entities                           sheet.TestXMLMalformed, sheet.TestXLSXDamage
//	X17  macros                                                sheet.TestXLSXMacrosAndLinks
//	X18  links to elsewhere                                    sheet.TestXLSXMacrosAndLinks
//	X19  the longest cells                                     sheet.TestXLSXLongestCells, report.TestAnnotateLongText
//	X20  the last row of a worksheet, and one more             sheet.TestXLSXLines, sheet.TestBookRefuses, report.TestAnnotateFails
//	X21  lock files, files that change, stubs of no bytes      sheet.TestRecognise, sheet.TestFileChanges, check_files.txtar
//
// Tables:
//
//	T1   titles and version lines above the header             check_lines.txtar, check_mapping.txtar, batch.TestHeaderScore
//	T2   totals and notes below                                batch.TestLinesThatAreNoPeople, check_lines.txtar
//	T3   the header again, an example left in                  batch.TestLinesThatAreNoPeople, batch.TestIsHeadingRow, check_lines.txtar
//	T4   no header                                             batch.TestColumns, sheet.TestColumnsWithoutHeader, check_lines.txtar
//	T5   two lines of headings                                 sheet.TestTwoHeaderRows, batch.TestIsHeadingRow, check_lines.txtar
//	T6   headings twice, or blank                              batch.TestBindQuestions, batch.TestBind
//	T7   a byte order mark                                     sheet.TestCSVInEveryEncoding, check_encodings.txtar
//	T8   encodings that the bytes don't tell                   sheet.TestEncoding, sheet.TestEncodingRefused, check_encodings.txtar
//	T9   line ends of old Macs                                 sheet.TestCSVInEveryEncoding
//	T10  separators, ragged first rows                         sheet.TestCSV, check_encodings.txtar
//	T11  JSON, quotes and line breaks within a cell            sheet.TestCSV
//	T12  long numbers that were rounded                        batch.TestReadText
//	T13  real dates beside texts in one column                 batch.TestReadDate, batch.TestReadDateOfSerialNumbers, check_dates.txtar
//	T14  five forms of date in one column                      batch.TestReadDateInTheColumnsOrder, batch.TestReadDateWithMonthName, check_dates.txtar
//	T15  formulas and errors                                   sheet.TestXLSXCells, batch.TestReadText
//	T16  merged cells                                          sheet.TestXLSXMergedCells, check_hidden.txtar
//	T17  rows that are formatted and empty                     sheet.TestXLSXLines, check_hidden.txtar
//	T18  hidden rows, columns and worksheets                   check_hidden.txtar, sheet.TestWorksheets
//	T19  cells that show something else than they hold         sheet.TestXLSXShown, sheet.TestNumberFormatShows, check_hidden.txtar
//	T20  a table beside the table                              batch.TestLinesThatAreNoPeople, regressions.txtar
//	T21  files that are called something else                  sheet.TestRecognise, sheet.TestCompoundFile, check_xlsx.txtar, check_files.txtar
//	T22  blanks of every kind around values                    batch.TestTrimTakesBlanksAndInvisibleCharacters, batch.TestReadPassword
//	T23  words for no value                                    batch.TestReadText, batch.TestPasswordPlaceholdersAreNeverSet
//	T24  log-on names, several addresses, half an address      batch.TestReadAddressCompletesLogOnNames, batch.TestAddressHazards, check_mapping.txtar, check_hidden.txtar
//	T25  the same person on many rows                          batch.TestDuplicates, check_problems.txtar
//	T26  names in one column, last name first                  batch.TestReadText, batch.TestNameTemplateJoin
//	T27  yes and no in many languages                          batch.TestReadBool, batch.TestYesNoWordsMeanTheSameInAllLanguages
//	T28  columns that say the opposite                         batch.TestBind, check_mapping.txtar
//	T29  one password for everybody                            batch.TestOnePassword, check_strict.txtar
//	T30  cells that a spreadsheet program would run            report.TestResultsFormulas, report.TestAnnotateKeepsKinds
//	T31  headings of HR systems and directories                batch.TestBindExports, batch.TestEveryLanguageNamesEveryField
//
// Whole sheets, damaged at random: sheet.TestXLSXMutantsOfFiles, sheet.TestXLSXMutantsOfXML and sheet.TestCSVMutants.
package batch
