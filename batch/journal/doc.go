// Package journal keeps runs in an SQLite file: plans, every call that was made for them, and what came of it. It implements
// [batch.Journal], and the results of a run are a report of what is kept here.
//
// # What is durable
//
// The file is in WAL mode with synchronous=FULL: a transaction that was committed survives the end of the process, of the
// operating system, and of the power. A method that writes returns nil only after its transaction was committed.
//
// One goroutine, the writer, does all the writing of a [Journal]. It takes every request that waits, executes each within a
// savepoint of its own, and commits them together: one sync of the disk for as many workers as were waiting. A request that
// is at fault (an attempt begun twice, say) is rolled back alone.
// If the database itself fails, with a full disk or an error of input and output, then nothing is written any more: the requests
// of that group and all later ones get the same [*WriteError]. There is no second try, for a sync that fails once and then
// succeeds may have lost what lay between.
// An error does not prove that nothing was kept: a commit whose sync failed may still be found after a restart.
// That does no harm. An attempt then found without an outcome is settled by a look-up, and an outcome then found is true.
//
// Readers have connections of their own. A long listing is read by page and holds no transaction between pages: the
// write-ahead log can start over only while nobody reads old pages of it, and a run is read for as long as it is applied.
// So a listing read during an apply is right for each row, but not as of one moment. Other processes may read, and
// write too; a writer waits up to ten seconds for another.
//
// # Tables
//
// Times are UTC in RFC 3339 with nine digits of a second, so that their order is the order of their texts. Values of a field, an
// account, a header and notes are JSON. "Row" is the row's place in the plan, from 1, unless it says line.
//
// runs, one row a run:
//
//	id                              the run's name
//	created, mode, version          when and how it was planned, and by which version of the program
//	tenant_key, tenant_account,
//	tenant_name, tenant_url,
//	tenant_sandbox                  the tenant that it was planned for
//	sheet_path, sha256, format,
//	worksheet, comma, header        the sheet: where it was, the hash of its bytes, how it was read, its headings
//	reading                         what was said about how to read the sheet, NULL in runs of version 1
//	rows, blank                     the sheet's rows, and blank lines between them
//	secrets                         1 if a step needs a password from the sheet
//	state                           planning, planned, or removed; see below
//	touched                         when planning last got on
//
// rows, one row a row of the plan; never changed:
//
//	run, n                          the row
//	line                            its line in the sheet
//	cells                           what the sheet said, see below
//	email, action                   the address, and what the plan does with it
//	code, message, field, hint      why
//	notes                           what else is to be known, NULL for nothing
//	account                         as the tenant told it when the plan was made, NULL if it wasn't there
//
// steps, one row a step; never changed:
//
//	run, row, n                     the step: the n-th of its row
//	kind, email                     the API function, and the address
//	settings, before                what to set, and what it was
//	with_password                   1 if the row's password goes with it; the password itself is never stored
//
// attempts, one row a call; begun, and changed once, when its outcome comes in:
//
//	run, row, step, try             the attempt
//	settling                        1 if it settles a doubt
//	begun, finished                 when it was begun, and when its outcome came in here
//	state                           in which it left the step: open, done, refused or unknown; NULL as long as there is no outcome
//	sent, received                  when the call went out, and when the answer came, NULL if it didn't
//	verdict, code, message, field,
//	hint, http, request_id, account the reply
//
// Cells are a JSON array: a text is a string, anything else an object such as {"k":"date","v":"2026-12-31"}, whose v is the cell's
// text. The time of a date is read from its text again; the time that a mere number might stand for is not kept.
//
// # Recovery
//
// An attempt without an outcome is in doubt: the call may have been executed. The state of a step is stored nowhere. It is open
// without an attempt, unknown if its last attempt has no outcome, else what that outcome says. So a process that ends between
// Begin and Finish leaves nothing behind that would have to be repaired: the step is open to be settled, and its results
// say unknown. As the number of the try is part of an attempt's key, a try that was taken by somebody else can't be begun.
//
// A run is being planned while the tenant is read over the network, which may take hours, so it is stored in many transactions.
// Until the last of them its state is planning, and no reader sees it. If planning fails or is cancelled, the run is marked
// removed and deleted bit by bit. What a killed process left behind is deleted when the next plan is made, a day after
// it was last touched; should that process live after all, its next write finds the mark and fails.
//
// The schema's version is the file's user_version. A file of an older version is brought up to this one when it is opened. A
// file of a newer version is refused ([*NewerError]), as is a database of another program, told by its application_id, or a
// file that is no database ([*ForeignError]); none of them is changed.
//
// # Privacy
//
// The file is made for its owner alone before SQLite sees it, and SQLite gives the files beside it the same permissions. One that
// others may read is taken away from them when it is opened. It
// holds people's names and addresses, but no secret: passwords stay in the sheet, and the cells of columns that may hold them
// come here blank.
package journal
