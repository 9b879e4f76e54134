// Package batch is the domain of mimebatch: a sheet becomes a plan, the plan is applied, the journal remembers, and the
// results sheet is a report of the journal. It knows no HTTP, SQL or terminal: those come in through [Directory] and
// [Journal], the interfaces that it declares.
//
// # The life of a row
//
// Read. A [Sheet] is a table whose header was recognised and whose columns are bound to fields: by a [Mapping] if there is
// one, else by what is known of headings, and by the cells where a heading could mean several things. Where two columns could
// be meant, that is a question and no guess. Each line below the header is a row, blank, or left out for a reason that is
// named ([LeftOut]): a line with an address is a row, unless it is an example. Reading it again gives the same rows
// again; nothing holds all of them at once. A broken row is a row with a problem and reading goes on; a broken file is an
// error before anything is sent.
//
// Check. [OpenSheet] reads all rows once for what only all of them tell: which addresses are there twice, whether the dates of
// a column have the day or the month first, which cells are merged. In the same pass it checks the rows until one has a
// problem, so that a clean sheet is read no second time. [Sheet.All] then parses each cell by its field's kind and reports
// all problems of all rows, each with its cell, what is wrong and what to do. A blank cell means "leave as it is" and is
// never sent.
//
// Plan. [Planner.Plan] reads the tenant and gives each row an [Action]. Absence is proved only by a complete listing
// of the address's domain. A row that goes ahead has one or two steps: create-user takes few fields, so a new person with more
// settings is created first and updated then. The listing tells names; the rest of an account's state is read where a row asks
// for it, or as [ReadState] says. An update sets only what differs or can't be read, and tells what was there before; a
// row that is as asked costs no write. A field that no call answers is sent every time, and a note names it. Plans
// hold no password.
//
// Apply. [Applier.Apply] deals the open steps out to a pool of workers, a few rows at a time: a worker makes the creates of its
// rows one by one, then one call for the updates that are due, as many as update-user takes, and then those for accounts that
// are purged. [Journal.Begin] is durable before a call is made and [Journal.Finish] after it, each for all steps of the call, so a
// step without an outcome is in doubt and never forgotten. Cancelled, it takes no new rows and waits for the calls on their way.
//
// Several rows in a call share nothing but the call. Each has its own verdict, by its own address. A row that the answer says
// nothing of, or refuses only together with the others, is asked for alone. A lost call is made again as it was; lost
// again, each of its rows goes alone, and one that is lost then as well keeps no other from being done. What a final
// refusal means is found out ([Directory.Diagnose]) before it is journaled.
//
// Settle. A call whose answer was lost may have been executed. An update sets the same values once more, and the purge list
// is asked for the same once more. A create is never repeated blindly: the account is looked up; if it is there, an update sets
// what the create would have set, for it may have appeared without us; if a complete listing lacks it, it is created again, once.
// A refusal of the second call says nothing of the first, so then the account is looked at once more; the purge list can't be.
// Anything else stays unknown, and the results say so. Applying the run again goes on from there.
//
// Recheck. A plan knows what an account was like when it was made. Before a run is applied that is no longer fresh, [Rechecker]
// reads the accounts once more that the run has not touched: what is as asked by now is done without a call, and what
// somebody changed is refused rather than overwritten unseen. Rows that are [Overtaken], for a run that was planned later has written
// to their accounts, are looked at even if they are in doubt: nothing is sent that might write over what that run has done.
//
// Retry. [NewRetry] chooses the rows of a run that are worth another plan, and finds them by their addresses in the same sheet or
// a corrected one. The new plan reads the tenant like any other, and is a run of its own: the old one stays the record that it
// is. What was done stays done, by the run, by those that it is a retry of or by their other retries; but the run did nothing for an
// address that is corrected now, and the account of the wrong one is named. [CompareSheet] tells what was edited in a sheet since.
//
// Pace and silence. The adapter keeps to the quota of each API function. When the service refuses a call for its rate, all
// workers pause; when it doesn't answer, they pause longer and longer, and one call goes first. Repeated calls have a budget, a
// share of all calls: when it is spent, steps wait for the next round of the same Apply, or for the next Apply. After
// some minutes of silence, or many calls in a row that fail for a reason that is not the row's, such as a missing permission or
// a web page for an answer, the run ends with [ErrCircuit], and can be taken up again.
//
// Stop. A run is ended by its context, or by one of the [Limits] (a time, refused rows) with a [*LimitError]; either way no row is
// begun any more, and what is on its way comes home. Of more changes than are allowed none is begun. [Waves] deal the rows out
// in parts, and [Where] says which are taken at all; what is not taken is open for the next Apply. [Guards] stop earlier: a row
// that they block is planned without steps.
//
// Report. [ResultOf] derives what became of a row from its plan and its steps. A row is what its first step is that isn't
// done: created, but with its settings refused, it is refused, and the reason begins with "account created".
//
// Undo. [Undoer.Plan] makes of a run's journal, and of what its accounts are like now, a plan that takes back what the run did:
// fields go back to what they were before, where that was read, and an account that was created is disabled, and queued for
// purging if that is asked for. What somebody changed since is kept, and what nobody can put back is named. It needs no sheet,
// and is a plan like any other.
//
// # Rows and errors
//
// A row that fails is an outcome, not an error. Only what dooms every later row (credentials, permission, journal, disk) is
// an error and stops the pool.
//
// What people should do about an error or a problem is its hint, apart from its message. Hints name the program's flags as they are
// typed, here and in the packages beneath: whoever hits a problem needs the whole answer where it is told. That no hint names a
// flag that there isn't is tested where the flags are.
//
// # What differs from a plainer design
//
// [Directory.Accounts] is called page by page rather than being one long iterator, so that a page that got no answer is
// asked for again without the listing being begun anew. Columns whose heading sounds like a password are kept out of the
// journal even if no field claims them. Silence is told apart from refusal for all workers together rather than call by call: an
// outage then costs a few calls, not three for each row. Only updates share a call: for create-user no number of users is
// documented, and its answer is the one that must never be in doubt for more than one.
package batch
