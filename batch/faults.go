// # Faults
//
// What is known to go wrong around a run, and which test or acceptance script shows that nothing is lost by it; a test sees to it
// that each of them is there. Tests whose names begin with TestCrash run the program itself under a tracer that kills it or has
// its system calls fail: "make crash" runs them whole, and prints what they counted.
//
//	F1   killed at every write, sync, rename and call          cmd.TestCrashKilledAtEveryChange, cmd.TestCrashKilledAtRandom, journal.TestKilled, kill.txtar, kill_updates.txtar, undo_purge.txtar
//	F2   interrupted once, and twice                           interrupt.txtar, stop_signals.txtar, batch.TestInterruptLeavesTheRestOpen, batch.TestApplyCancelled
//	F3   power cut                                             cmd.TestCrashPowerCut, cmd.TestCrashDisk
//	F4   no space for journal, results, temporary files        cmd.TestCrashDiskFails, journal.TestDiskFull, fault_output.txtar
//	F5   a sync that fails                                     cmd.TestCrashDiskFails, journal.TestCommitFails
//	F6   no answer, be it done or not                          batch.TestConformance, batch.TestSettle, mimecast.TestLostAnswers, mimecast.TestTimeout
//	F7   half, wrong, huge, packed and endless answers         batch.TestConformance, mimecast.TestLostAnswers, mimecast.TestLargestAnswer, mimecast.TestGzipBomb
//	F8   throttled, with whatever the headers say              batch.TestConformance, batch.TestThrottleHoldsAll, batch.TestGateThrottledForEver, mimecast.TestWaitOf, mimecast.TestPacerRate
//	F9   the clock is set in the middle of a run               cmd.TestCrashClockJumps
//	F10  a token that expires, or is revoked                   batch.TestConformance, batch.TestApplyThroughDeadToken, mimecast.TestRenew, mimecast.TestRenewedInVain, statuses.txtar
//	F11  the service is down for a while                       cmd.TestCrashBadLine, batch.TestApplyThroughOutage, batch.TestApplyGivesUp
//	F12  slow answers, in pieces, on a narrow line             cmd.TestCrashBadLine, batch.TestConformance
//	F13  two at a time                                         guards.txtar, durable.TestLockHeldByProcess, journal.TestSeveralJournals
//	F14  the sheet has changed since                           changed_sheet.txtar
//	F15  results that can't be written where they should go    fault_output.txtar, guards.txtar, regressions.txtar, report.TestCheck, durable.TestWriteFileRefuses
//	F16  nobody reads what is printed; narrow, no colours      fault_output.txtar, terminal.txtar, cmd.TestCrashTerminal, cmd.TestProgressBarFits, cmd.TestProgressLines
//	F17  one row among many fails                               fault_rows.txtar, cmd.TestCrashMemory, batch.TestBadRowsDontStopTheRun
//	F18  a journal of another version, or none at all          fault_journal.txtar, journal.TestOlder, journal.TestNotOurs
//	F19  little memory                                         cmd.TestCrashMemory, cmd.TestCrashMemoryOfUpdates
//	F20  no rows, only failures, only rows to leave out        fault_rows.txtar, batch.TestNoPeople
package batch
