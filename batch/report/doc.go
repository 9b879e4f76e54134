// Package report makes what people read of a run, and the sheets that they fill in before one.
//
// # The results
//
// [Results] writes the results sheet. It is a pure function of the journal: the admin's own rows, in their order and with
// their columns, then what became of each row in columns whose headings begin with "result_":
//
//	result_status                  what became of the row, one of [batch.Statuses]
//	result_action                  the kinds of its steps, such as "create, update"
//	result_changed                 the fields that were set, such as "username, allow_pop"
//	result_code                    why, for machines
//	result_reason                  why, for people, and what else they should know of the row
//	result_hint                    what to do
//	result_http                    the status of the last call's answer, 0 for no answer; blank if nothing was sent
//	result_attempts                calls made for the row; blank if nothing was sent
//	result_request_id              the service's name for the last call
//	result_started                 when its first call was made and its last one ended: RFC 3339, UTC, milliseconds
//	result_finished
//	result_account_id              the account's id and settings as the service last told them; blank if it didn't
//	result_username
//	result_password_never_expires  and the other settings, booleans as true or false
//	...
//
// The file is of the family that the sheet was, so that it can be opened, filtered and handed in again the same way. Columns
// that begin with "result_" in the sheet are an older run's and are left out with their cells. Some rows have more cells
// than the header, and nobody knows what those mean: they come back under blank headings, before the results, for a result in
// the wrong column would be worse. What the journal keeps no copy of, passwords, is blank here too.
//
// Cells come back as what they were, numbers as numbers and dates as dates, but for errors such as #N/A, which become text. What
// the program itself says is text too, and text never becomes a formula: that is the promise of [sheet.NewWriter].
//
// [ResultsPath] decides where the results go, and never on the sheet itself. [Check] finds out, before the first call, whether
// they can go there. [Aside] keeps what somebody has written into older ones.
//
// # The annotated sheet
//
// [Annotate] writes a workbook that shows what is wrong with a sheet, whatever the sheet's own format was. It is for those who can
// mend it, who have nothing but a spreadsheet program:
//
//   - Every line stands on the number that it has in the sheet, so that C17 is C17 to everybody.
//   - A faulty cell is light red, or light yellow if there is only a warning; a comment says what is wrong and what to do. Where no
//     single cell is to blame the whole row is coloured, and its first cell has the comment.
//   - Column result_problems, behind the sheet's own, says the same in words, for comments can't be filtered or searched.
//   - The worksheet Problems lists them all, with links to the cells. What there are too many of for a spreadsheet program to bear,
//     comments and links, is left out from some number on, and the list says so.
//
// It can be handed in again. The header is where it was, a heading that begins with "result_" is never read, and no line of the list
// looks like a header: a heading or a value of the sheet never stands alone in its cell there. Passwords are blank, and the heading
// above them says so.
//
// # The templates
//
// [Template] returns a sheet to fill in: a workbook or a CSV with the columns of one purpose and nobody in it. They are files
// of package templates, and a user gets exactly those bytes. The program in folder gen makes them from the field table
// of package batch, and its test keeps them in step with it.
package report
