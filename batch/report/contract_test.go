package report_test

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/gocarina/gocsv"
	"github.com/google/go-cmp/cmp"

	"mimebatch/batch"
	"mimebatch/batch/report"
)

// result is a row of a CSV results sheet as a program that reads it declares it. The columns are a promise: changing this
// type means breaking it.
type result struct {
	Email                string `csv:"email"`
	Status               string `csv:"result_status"`
	Action               string `csv:"result_action"`
	Changed              string `csv:"result_changed"`
	Code                 string `csv:"result_code"`
	Reason               string `csv:"result_reason"`
	Hint                 string `csv:"result_hint"`
	HTTP                 int    `csv:"result_http"`
	Attempts             int    `csv:"result_attempts"`
	RequestID            string `csv:"result_request_id"`
	Started              string `csv:"result_started"`
	Finished             string `csv:"result_finished"`
	AccountID            string `csv:"result_account_id"`
	Username             string `csv:"result_username"`
	PasswordNeverExpires bool   `csv:"result_password_never_expires"`
	ForcePasswordChange  bool   `csv:"result_force_password_change"`
	ArchiveStartDate     string `csv:"result_archive_start_date"`
	AllowPOP             bool   `csv:"result_allow_pop"`
	AllowSMTP            bool   `csv:"result_allow_smtp"`
	AccountLocked        bool   `csv:"result_account_locked"`
	AccountDisabled      bool   `csv:"result_account_disabled"`
}

func TestResultsContract(t *testing.T) {
	at := time.Date(2026, 12, 1, 8, 30, 0, 250_000_000, time.UTC)
	path := filepath.Join(t.TempDir(), "people.results.csv")
	row := batch.RowResult{
		Cells: words("ana@example.com"), Status: batch.Created, Action: "create, update",
		Changed: []batch.Field{batch.Username, batch.Password}, Reason: batch.Reason{Code: "c", Message: "m", Hint: "h"},
		Notes: []string{"n"}, HTTP: 200, Attempts: 2, RequestID: "r", Started: at, Finished: at.Add(time.Second),
		Account: batch.Account{ID: "id", Settings: batch.Settings{
			batch.Username: "Ana", batch.PasswordNeverExpires: "true", batch.ForcePasswordChange: "false", batch.AllowPOP: "true",
			batch.AllowSMTP: "false", batch.AccountLocked: "false", batch.AccountDisabled: "true",
		}},
	}
	if _, _, err := report.Results(path, batch.Run{Format: "csv", Header: []string{"email"}, Rows: 1}, yield(nil, row), nil); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// Gocsv takes a wrong header for one of no column that it knows, so the header is looked at first.
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	header, err := csv.NewReader(bytes.NewReader(data)).Read()
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	for i, shape := 0, reflect.TypeFor[result](); i < shape.NumField(); i++ {
		want = append(want, shape.Field(i).Tag.Get("csv"))
	}
	if d := cmp.Diff(want, header); d != "" {
		t.Fatalf("header (-want +got):\n%s", d)
	}
	var got []result
	if err := gocsv.UnmarshalBytes(data, &got); err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]result{{
		Email: "ana@example.com", Status: "created", Action: "create, update", Changed: "username, password",
		Code: "c", Reason: "m; n", Hint: "h", HTTP: 200, Attempts: 2, RequestID: "r",
		Started: "2026-12-01T08:30:00.250Z", Finished: "2026-12-01T08:30:01.250Z", AccountID: "id", Username: "Ana",
		PasswordNeverExpires: true, AllowPOP: true, AccountDisabled: true,
	}}, got); d != "" {
		t.Errorf("rows (-want +got):\n%s", d)
	}
}
