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
// succeeds may have lost what lay between. Nor is the write-ahead log moved into the file when the journal is closed then, as that
// syncs both: a connection that only reads is closed last, and the log is left to the next that opens the file.
// An error does not prove that nothing was kept: a commit whose sync failed may still be found after a restart.
// That does no harm. An attempt then found without an outcome is settled by a look-up, and an outcome then found is true.
//
// Readers have connections of their own. A long listing is read by page and holds no transaction between pages: the
// write-ahead log can start over only while nobody reads old pages of it, and a run is read for as long as it is applied.
// So a listing read during an apply is right for each row, but not as of one moment. Other processes may read, and
// write too; a writer waits up to ten seconds for another.
//
// A file that is deleted or replaced while it is open takes everything that is written with it, and tells nobody. So after each
// commit the files at the journal's paths are compared with those that were there when it was opened, before anybody is told that
// something is durable; if they differ the writing ends, with a [*WriteError].
//
// None of this can be promised on a drive of another machine, where locks and syncs are what the other side makes of them, nor in a
// folder that a program copies to a store elsewhere, and back: [Open] refuses both with a [*PlaceError].
//
// # Tables
//
// Times are UTC in RFC 3339 with nine digits of a second, so that their order is the order of their texts. Values of a field, an
// account, a header, notes, options and guards are JSON. "Row" is the row's place in the plan, from 1, unless it says line.
//
// runs, one row a run:
//
//	id                              the run's name
//	created, mode, version          when and how it was planned, and by which version of the program
//	options                         of the command line that planned it, for people; NULL for none and in runs of version 4
//	guards                          whom the plan was told not to touch: protect, the list's path, and domains, the only ones that
//	                                may be touched; NULL if that isn't known, as in runs of version 4, and of
//	                                version 5 without options
//	tenant_key, tenant_account,
//	tenant_name, tenant_url,
//	tenant_sandbox                  the tenant that it was planned for
//	sheet_path, sha256, format,
//	worksheet, comma, header        the sheet: where it was, the hash of its bytes, how it was read, its headings
//	reading                         what was said about how to read the sheet, NULL in runs of version 1
//	kind, origin                    plan, retry or undo, and the run that the latter two are of
//	plan_sha256                     the hash of what the plan says of rows and steps, blank in runs of version 2
//	rows, blank                     the sheet's rows, and blank lines between them
//	secrets                         1 if a step needs a password from the sheet
//	state                           planning, planned, or removed; see below
//	touched                         when planning last got on
//	classes                         how many rows are alike in their action and the kinds of their steps; NULL until it is planned
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
//	settings, before                what to set, and what that was, and what else must stay as it was
//	with_password                   1 if the row's password goes with it; the password itself is never stored
//
// attempts, one row each time that a step was sent; begun, and changed once, when its outcome comes in:
//
//	run, row, step, try             the attempt
//	settling                        1 if it settles a doubt
//	along                           1 if the call was that of another attempt, which took several steps
//	begun, finished                 when it was begun, and when its outcome came in here
//	state                           in which it left the step: open, done, refused or unknown; NULL as long as there is no outcome
//	sent, received                  when the call went out, and when the answer came, NULL if it didn't
//	verdict, code, message, field,
//	hint, http, request_id, account the reply
//
// open_steps, one row a step that is open or unknown and that follows no refused step; see below:
//
//	run, row, step                  the step
//
// sessions, one row each time that a run was applied:
//
//	run, n                          the session, from 1
//	begun, ended                    when; ended is NULL while it lasts, and if the program was killed
//	operator, host, pid, version    who did it, where, by which process and version of the program
//	options                         the command line's, without secrets, for people
//	whole                           1 if all that was left was agreed to, 0 if only rows that met a condition or were the canary's
//	stopped                         why it ended before all rows were through, blank if it didn't
//	results, results_sha256         where the results went, and the hash of their bytes
//
// Cells are a JSON array: a text is a string, anything else an object such as {"k":"date","v":"2026-12-31"}, whose v is the cell's
// text. The time of a date is read from its text again; the time that a mere number might stand for is not kept.
//
// # The hash of a plan
//
// runs.plan_sha256 is made while a plan's rows pass by on their way to the file, of the very values that are stored: seal.go has the
// encoding. Hashed again it tells whether rows or steps were changed behind the program's back. Whoever changes them can
// change the hash as well, so a copy of it belongs elsewhere.
//
// # Recovery
//
// An attempt without an outcome is in doubt: the call may have been executed. The state of a step is stored nowhere. It is open
// without an attempt, unknown if its last attempt has no outcome, else what that outcome says. So a process that ends between
// Begin and Finish leaves nothing behind that would have to be repaired: the step is open to be settled, and its results
// say unknown. open_steps says nothing else, and is no more than an index that SQLite can't make: of a million steps it finds the
// hundred that are left, at once. It changes in the transaction of the outcome that ends a step; all others of a run are done, but for
// those that are refused, which have an index too. So to count rows it takes a look at those that are open or refused, and of the
// open ones those behind the last attempt need but be counted: runs are applied in the order of their rows. As the number of the
// try is part of an attempt's key, a try that was taken by somebody else can't be begun. What takes no call, such as what a look at
// an account has settled, is begun and finished in one transaction ([Journal.Note]): it leaves no doubt behind.
//
// A run is being planned while the tenant is read over the network, which may take hours, so it is stored in many transactions.
// Until the last of them its state is planning, and no reader sees it. If planning fails or is cancelled, the run is marked
// removed and deleted bit by bit. An import takes the same way, and so does a run that is deleted ([Journal.Remove]): nobody sees it
// any more from the first moment on. What a killed process left behind is deleted when the next plan is made, a day after
// it was last touched; should that process live after all, its next write finds the mark and fails.
//
// The schema's version is the file's user_version. A file of an older version is brought up to this one when it is opened. A
// file of a newer version is refused ([*NewerError]), as is a database of another program, told by its application_id, or a
// file that is no database ([*ForeignError]); none of them is changed.
//
// # Damage
//
// What the end of a process or of the power leaves is repaired by SQLite when the file is opened. Damage comes from elsewhere: a
// failing disk, a copy of half a journal, another program. If a write-ahead log was left, the file is looked through before the
// first plan or call, for a second at most: that is the whole file up to some 100,000 rows, and of a larger one the tables that
// decide what is sent. [Check] looks at everything, and then at the rules in rules.go.
//
// # Privacy
//
// The file is made for its owner alone before SQLite sees it, and SQLite gives the files beside it the same permissions. One that
// others may read is taken away from them when it is opened. On Windows each of them gets an access list of its own. What is
// deleted is overwritten. The journal holds people's names and addresses, but no secret: passwords stay in the sheet, and the cells
// of columns that may hold them come here blank.
package journal
