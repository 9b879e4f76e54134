package batch_test

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"mimebatch/batch"
	"mimebatch/batch/journal"
	"mimebatch/batch/sandbox"
)

// The undo of each sample run brings the tenant back to what it was before, but for what is listed here: each exception is one
// account and one kind, and the number of them is told.
func TestUndoOfSampleRuns(t *testing.T) {
	type exceptions struct {
		Disabled  int // accounts that the run created: they stay, as the run left them, and disabled
		Passwords int // accounts that were there, and keep the password that the run set
		Archives  int // accounts that were there, and keep the archive start date that the run set
	}
	for _, tt := range []struct {
		sheet string
		want  exceptions
	}{
		{"onboarding.xlsx", exceptions{Disabled: 206}},
		{"migration.csv", exceptions{Disabled: 950, Archives: 25}},
		{"password-reset.csv", exceptions{Passwords: 300}},
	} {
		t.Run(tt.sheet, func(t *testing.T) {
			t.Parallel()
			w := &world{t: t}
			w.serve(sandbox.Options{Tenant: sandbox.Sample(), Quota: sandbox.Quota{Calls: 1_000_000, Window: time.Second}})
			var err error
			if w.sheet, err = batch.OpenSheet(t.Context(), filepath.Join("../testdata/sheets", tt.sheet), batch.SheetOptions{}); err != nil {
				t.Fatal(err)
			}
			if w.journal, err = journal.Open(t.Context(), filepath.Join(t.TempDir(), "journal.db")); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { w.journal.Close() })
			before := w.sandbox.Tenant()
			was := w.users()
			w.plan(batch.Planner{Directory: w.client})
			w.mustApply()
			ran := w.users()
			w.undo()
			w.mustApply()
			after := w.sandbox.Tenant()
			if diff := cmp.Diff(before, after, cmpopts.IgnoreFields(sandbox.Tenant{}, "Users")); diff != "" {
				t.Errorf("beside the accounts (-before +after):\n%s", diff)
			}
			var found exceptions
			for _, is := range after.Users {
				want, there := was[is.EmailAddress]
				switch {
				case !there:
					found.Disabled++
					want = ran[is.EmailAddress]
					want.AccountDisabled = true
				default:
					if is.PasswordChanges != want.PasswordChanges {
						found.Passwords++
						want.PasswordChanges = ran[is.EmailAddress].PasswordChanges
					}
					if is.ArchiveStartDate != want.ArchiveStartDate {
						found.Archives++
						want.ArchiveStartDate = ran[is.EmailAddress].ArchiveStartDate
					}
				}
				if diff := cmp.Diff(want, is); diff != "" {
					t.Errorf("%s (-want +got):\n%s", is.EmailAddress, diff)
				}
				delete(was, is.EmailAddress)
			}
			for email := range was {
				t.Errorf("%s is gone", email)
			}
			if diff := cmp.Diff(tt.want, found); diff != "" {
				t.Errorf("exceptions (-want +got):\n%s", diff)
			}
		})
	}
}
