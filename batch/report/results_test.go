package report_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"mimebatch/batch"
	"mimebatch/batch/report"
	"mimebatch/batch/sheet"
)

var formats = []string{"csv", "xlsx"}

// yield gives rows, and then err if it isn't nil.
func yield(err error, rows ...batch.RowResult) iter.Seq2[batch.RowResult, error] {
	return func(yield func(batch.RowResult, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
		if err != nil {
			yield(batch.RowResult{}, err)
		}
	}
}

func words(texts ...string) []sheet.Cell {
	var cells []sheet.Cell
	for _, s := range texts {
		cells = append(cells, sheet.Cell{Text: s})
	}
	return cells
}

// read reads a results sheet: its header, and the cells of its rows.
func read(t *testing.T, path string) (header []string, rows [][]sheet.Cell) {
	t.Helper()
	table, err := sheet.Open(t.Context(), path, sheet.Options{Header: batch.HeaderScore})
	if err != nil {
		t.Fatal(err)
	}
	for r, err := range table.Rows(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if r.Fault != nil {
			t.Errorf("line %d: %s", r.Line, r.Fault.Message)
		}
		rows = append(rows, slices.Clone(r.Cells))
	}
	return table.Header, rows
}

// texts returns what cells say, without the blank ones at the end.
func texts(cells []sheet.Cell) []string {
	var out []string
	for _, c := range cells {
		out = append(out, c.Text)
	}
	for len(out) > 0 && out[len(out)-1] == "" {
		out = out[:len(out)-1]
	}
	return out
}

var (
	began = time.Date(2026, 11, 21, 10, 0, 0, 123456789, time.FixedZone("CET", 3600))
	ended = began.Add(1500 * time.Millisecond)
	hired = time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
)

// created is a row on which everything was done.
func created() batch.RowResult {
	return batch.RowResult{
		N: 1, Line: 2, Email: "ana.ruiz@example.com",
		Cells:  []sheet.Cell{{Text: "Ana.Ruiz@example.com"}, {Text: "Ana Ruiz"}, {Text: "2026-12-01", Kind: sheet.Date, Date: hired}, {Text: "1002", Kind: sheet.Number}, {Text: "TRUE", Kind: sheet.Bool}, {}},
		Status: batch.Created, Action: "create, update", Changed: []batch.Field{batch.Username, batch.Password, batch.AllowPOP},
		Reason: batch.Reason{Message: "asked allow_smtp=true, the answer tells false"},
		Notes:  []string{"the domain is send-only: its people can't log on"},
		HTTP:   200, Attempts: 2, RequestID: "req-1", Started: began, Finished: ended,
		Account: batch.Account{ID: "id-1", Settings: batch.Settings{
			batch.Username: "Ana Ruiz", batch.PasswordNeverExpires: "false", batch.ForcePasswordChange: "true", batch.ArchiveStartDate: "2026-12-01T00:00:00+0000",
			batch.AllowPOP: "true", batch.AllowSMTP: "false", batch.AccountLocked: "false", batch.AccountDisabled: "false",
		}},
	}
}

func TestResults(t *testing.T) {
	rows := []batch.RowResult{
		created(),
		{
			Cells:  words("bo.lind@example.com", "Bo\nLind", "soon", "n/a", "old", "unchanged"),
			Status: batch.WasRefused, Action: "update",
			Reason: batch.Reason{Code: "err_user_update", Message: "first line\r\nsecond\x00line", Hint: "ask\tsupport"},
			HTTP:   400, Attempts: 1, RequestID: "req-2", Started: began, Finished: ended,
		},
		{
			Cells:  words("cy.moe@example.com", "Moe", "Cy", "x", "y", "z", "one too many", ""),
			Status: batch.Invalid, Reason: batch.Reason{Code: "row_broken", Message: "more cells than the header", Hint: "quote it"},
			Notes: []string{"a", "b"},
		},
		{Cells: words("di.ray@example.com"), Status: batch.NotReached, Action: "create"},
		{Cells: []sheet.Cell{{Text: "ed.fox@example.com"}, {Text: "#N/A", Kind: sheet.Error}}, Status: batch.Invalid, Notes: []string{"only a note"}},
		{Cells: words("flo.gray@example.com"), Status: batch.InDoubt, Action: "create", Attempts: 1, Started: began, Finished: ended},
	}
	wantHeader := []string{
		"Email", "Name", "Hired", "Number", "Remote", "",
		"result_status", "result_action", "result_changed", "result_code", "result_reason", "result_hint", "result_http", "result_attempts",
		"result_request_id", "result_started", "result_finished", "result_account_id", "result_username", "result_password_never_expires",
		"result_force_password_change", "result_archive_start_date", "result_allow_pop", "result_allow_smtp", "result_account_locked", "result_account_disabled",
	}
	wantRows := [][]string{
		{
			"Ana.Ruiz@example.com", "Ana Ruiz", "2026-12-01", "1002", "TRUE", "",
			"created", "create, update", "username, password, allow_pop", "",
			"asked allow_smtp=true, the answer tells false; the domain is send-only: its people can't log on", "", "200", "2",
			"req-1", "2026-11-21T09:00:00.123Z", "2026-11-21T09:00:01.623Z", "id-1", "Ana Ruiz", "false",
			"true", "2026-12-01T00:00:00+0000", "true", "false", "false", "false",
		},
		{
			"bo.lind@example.com", "Bo\nLind", "soon", "n/a", "old", "",
			"refused", "update", "", "err_user_update", "first line  second line", "ask support", "400", "1",
			"req-2", "2026-11-21T09:00:00.123Z", "2026-11-21T09:00:01.623Z",
		},
		{
			"cy.moe@example.com", "Moe", "Cy", "x", "y", "one too many",
			"invalid", "", "", "row_broken", "more cells than the header; a; b", "quote it",
		},
		{"di.ray@example.com", "", "", "", "", "", "not reached", "create", "", "", "nothing was sent for it", "apply the run again"},
		{"ed.fox@example.com", "#N/A", "", "", "", "", "invalid", "", "", "", "only a note"},
		{
			"flo.gray@example.com", "", "", "", "", "", "unknown", "create", "", "", "", "", "0", "1",
			"", "2026-11-21T09:00:00.123Z", "2026-11-21T09:00:01.623Z",
		},
	}
	wantCounts := batch.Counts{batch.Created: 1, batch.WasRefused: 1, batch.Invalid: 2, batch.NotReached: 1, batch.InDoubt: 1}

	for _, format := range formats {
		t.Run(format, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "people.results."+format)
			run := batch.Run{
				Format: format, Rows: len(rows),
				Header: []string{"Email", "Name", "Hired", "Number", "Remote", " Result_Status"},
			}
			if format == "xlsx" {
				run.Worksheet = "Starters & leavers"
			} else {
				run.Comma = ";"
			}
			counts, _, err := report.Results(path, run, yield(nil, rows...), nil)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(wantCounts, counts); diff != "" {
				t.Errorf("counts (-want +got):\n%s", diff)
			}
			if line, _, _ := strings.Cut(folder(t, filepath.Dir(path))[filepath.Base(path)], "\r\n"); format == "csv" && !strings.Contains(line, "Email;Name;") {
				t.Errorf("header line is %q, want the sheet's own separator", line)
			}
			header, got := read(t, path)
			if diff := cmp.Diff(wantHeader, header); diff != "" {
				t.Errorf("header (-want +got):\n%s", diff)
			}
			var said [][]string
			for _, cells := range got {
				said = append(said, texts(cells))
			}
			if diff := cmp.Diff(wantRows, said); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			if runtime.GOOS != "windows" && info.Mode() != 0o600 {
				t.Errorf("mode is %v, want 0600", info.Mode())
			}
		})
	}
}

// In a workbook the sheet's cells come back as what they were, and only the program's numbers are numbers.
func TestResultsKinds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "people.results.xlsx")
	row := created()
	row.Cells[5] = sheet.Cell{Text: "#DIV/0!", Kind: sheet.Error}
	run := batch.Run{Format: "xlsx", Worksheet: "Starters", Rows: 1, Header: []string{"Email", "Name", "Hired", "Number", "Remote", "Share"}}
	if _, _, err := report.Results(path, run, yield(nil, row), nil); err != nil {
		t.Fatal(err)
	}
	header, rows := read(t, path)
	got := map[string]sheet.Kind{}
	for i, c := range rows[0] {
		if c.Kind != sheet.Text {
			got[header[i]] = c.Kind
		}
	}
	want := map[string]sheet.Kind{"Hired": sheet.Date, "Number": sheet.Number, "Remote": sheet.Bool, "result_http": sheet.Number, "result_attempts": sheet.Number}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("kinds other than text (-want +got):\n%s", diff)
	}
	if c := rows[0][slices.Index(header, "Hired")]; !c.Date.Equal(hired) {
		t.Errorf("date is %v, want %v", c.Date, hired)
	}
	book, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	if diff := cmp.Diff([]string{"Starters"}, book.GetSheetList()); diff != "" {
		t.Errorf("worksheets (-want +got):\n%s", diff)
	}
}

// Nothing that a sheet or a service says becomes a formula.
func TestResultsFormulas(t *testing.T) {
	evil := []string{`=HYPERLINK("http://example.net","click")`, "+1+1", "-1+1", "@SUM(1)", "\t=1+1", "\r=1+1", "＝1+1"}
	var rows []batch.RowResult
	for _, s := range evil {
		rows = append(rows, batch.RowResult{
			Cells: words("ana.ruiz@example.com", s), Status: batch.WasRefused, Started: began, Attempts: 1,
			Reason:  batch.Reason{Code: s, Message: s, Hint: s},
			Account: batch.Account{ID: s, Settings: batch.Settings{batch.Username: s}}, RequestID: s,
		})
	}
	run := batch.Run{Rows: len(rows), Header: []string{"Email", "=Name"}}
	dir := t.TempDir()

	run.Format, run.Comma = "csv", ","
	inCSV := filepath.Join(dir, "people.results.csv")
	if _, _, err := report.Results(inCSV, run, yield(nil, rows...), nil); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(inCSV)
	if err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(text, []byte("\uFEFF")))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range lines {
		for _, cell := range line {
			if strings.ContainsAny(cell[:min(1, len(cell))], "=+-@\t\r") || strings.HasPrefix(cell, "＝") {
				t.Errorf("a spreadsheet program would run %q", cell)
			}
		}
	}

	run.Format, run.Worksheet = "xlsx", "People"
	inBook := filepath.Join(dir, "people.results.xlsx")
	if _, _, err := report.Results(inBook, run, yield(nil, rows...), nil); err != nil {
		t.Fatal(err)
	}
	parts, err := zip.OpenReader(inBook)
	if err != nil {
		t.Fatal(err)
	}
	defer parts.Close()
	content, err := fs.ReadFile(parts, "xl/worksheets/sheet1.xml")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(content, []byte("<f>")) || bytes.Contains(content, []byte("<f ")) {
		t.Error("the workbook has a formula")
	}
	header, got := read(t, inBook)
	name := slices.Index(header, "=Name")
	for i, s := range evil {
		if got[i][name].Text != s {
			t.Errorf("cell says %q, want %q", got[i][name].Text, s)
		}
	}
}

func TestResultsOldColumns(t *testing.T) {
	for _, format := range formats {
		t.Run(format, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "again."+format)
			run := batch.Run{Format: format, Worksheet: "People", Comma: ",", Rows: 1, Header: []string{"result_status", "Email", "RESULT_reason", "Result", "Team", "result_account_disabled"}}
			row := batch.RowResult{Cells: words("refused", "ana.ruiz@example.com", "old", "kept", "red", "true"), Status: batch.Updated}
			if _, _, err := report.Results(path, run, yield(nil, row), nil); err != nil {
				t.Fatal(err)
			}
			header, rows := read(t, path)
			if diff := cmp.Diff([]string{"Email", "Result", "Team", "result_status"}, header[:4]); diff != "" {
				t.Errorf("header (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string{"ana.ruiz@example.com", "kept", "red", "updated"}, texts(rows[0])); diff != "" {
				t.Errorf("row (-want +got):\n%s", diff)
			}
		})
	}
}

func TestResultsSaySandbox(t *testing.T) {
	path := filepath.Join(t.TempDir(), "out.csv")
	run := batch.Run{Format: "csv", Header: []string{"email"}, Rows: 1, Tenant: batch.Tenant{Sandbox: true}}
	row := batch.RowResult{Status: batch.Blocked, Cells: words("ana@example.com"), Reason: batch.Reason{Message: "an alias"}}
	if _, _, err := report.Results(path, run, yield(nil, row), nil); err != nil {
		t.Fatal(err)
	}
	header, rows := read(t, path)
	if got := rows[0][slices.Index(header, "result_reason")].Text; got != "SANDBOX; an alias" {
		t.Errorf("result_reason is %q", got)
	}
}

func TestResultsCounts(t *testing.T) {
	for _, format := range formats {
		path := filepath.Join(t.TempDir(), "people.results."+format)
		run := batch.Run{Format: format, Worksheet: "People", Comma: ",", Rows: 3, Header: []string{"Email"}}
		rows := []batch.RowResult{
			{Cells: words("ana.ruiz@example.com"), Status: batch.Created},
			{Cells: words("bo.lind@example.com"), Status: batch.Created},
		}
		counts, _, err := report.Results(path, run, yield(nil, rows...), nil)
		if !errors.Is(err, batch.ErrRows) {
			t.Fatalf("%s: error is %v, want %v", format, err, batch.ErrRows)
		}
		if !strings.Contains(err.Error(), "2 in the results") || !strings.Contains(err.Error(), "3 in the plan") {
			t.Errorf("%s: error %q doesn't say both numbers", format, err)
		}
		if diff := cmp.Diff(batch.Counts{batch.Created: 2}, counts); diff != "" {
			t.Errorf("%s: counts (-want +got):\n%s", format, diff)
		}
		if _, got := read(t, path); len(got) != 2 {
			t.Errorf("%s: the file has %d rows, want 2", format, len(got))
		}
	}
}

// The rows of a large run take a while to be read, and most runs have them read once only.
func TestResultsPasses(t *testing.T) {
	tests := []struct {
		name string
		rows []batch.RowResult
		want int
	}{
		{"as the plan has it", []batch.RowResult{{Cells: words("a", "b")}, {Cells: words("a", "b", "", "")}, {}}, 1},
		{"a cell more than the header", []batch.RowResult{{Cells: words("a")}, {Cells: words("a", "b", "c")}, {Cells: words("a", "", "", "d", "")}}, 2},
		{"a row less than the plan", []batch.RowResult{{}, {}}, 2},
		{"rows more than the plan", []batch.RowResult{{}, {}, {}, {}, {}}, 2},
	}
	for _, tt := range tests {
		for _, format := range formats {
			run := batch.Run{Format: format, Worksheet: "People", Comma: ",", Rows: 3, Header: []string{"Email", "Name"}}
			path := filepath.Join(t.TempDir(), "people.results."+format)
			passes, left := 0, ""
			_, sum, err := report.Results(path, run, func(y func(batch.RowResult, error) bool) {
				passes++
				yield(nil, tt.rows...)(y)
			}, func(sha256 string) {
				if left = sha256; exists(path) {
					t.Errorf("%s: %s: the hash is told when the file is there", format, tt.name)
				}
			})
			if wrong := len(tt.rows) != run.Rows; wrong != errors.Is(err, batch.ErrRows) || !wrong && err != nil {
				t.Errorf("%s: %s: error is %v", format, tt.name, err)
			}
			if passes != tt.want {
				t.Errorf("%s: %s: %d passes, want %d", format, tt.name, passes, tt.want)
			}
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if want := fmt.Sprintf("%x", sha256.Sum256(data)); sum != want || left != want {
				t.Errorf("%s: %s: hash is %s, told before %s, that of the file %s", format, tt.name, sum, left, want)
			}
			if _, got := read(t, path); len(got) != len(tt.rows) {
				t.Errorf("%s: %s: the file has %d rows, want %d", format, tt.name, len(got), len(tt.rows))
			}
		}
	}
}

// Rows that are others each time that they are read make no results.
func TestResultsNeverAlike(t *testing.T) {
	for _, format := range formats {
		dir := t.TempDir()
		path := put(t, dir, "people.results."+format, "old results")
		cells := words("a")
		run := batch.Run{Format: format, Worksheet: "People", Comma: ",", Rows: 1, Header: []string{"Email"}}
		counts, _, err := report.Results(path, run, func(y func(batch.RowResult, error) bool) {
			cells = append(cells, words("b")...)
			yield(nil, batch.RowResult{Cells: cells})(y)
		}, nil)
		if err == nil || counts != nil {
			t.Errorf("%s: counts and error are %v, %v", format, counts, err)
		}
		if diff := cmp.Diff(map[string]string{filepath.Base(path): "old results"}, folder(t, dir)); diff != "" {
			t.Errorf("%s: folder (-want +got):\n%s", format, diff)
		}
	}
}

// Whenever reading the journal fails, the old results stay and nothing else does.
func TestResultsFail(t *testing.T) {
	broken := errors.New("disk I/O error")
	var rows []batch.RowResult
	for range 5000 {
		rows = append(rows, created())
	}
	rows[len(rows)-1].Cells = append(rows[0].Cells, sheet.Cell{Text: "one too many"}) // takes a second pass
	for _, format := range formats {
		for pass := 1; pass <= 2; pass++ {
			dir := t.TempDir()
			path := put(t, dir, "people.results."+format, "old results")
			run := batch.Run{Format: format, Worksheet: "People", Comma: ",", Rows: len(rows), Header: []string{"Email", "Name", "Hired", "Number", "Remote", "Share"}}
			passes := 0
			counts, _, err := report.Results(path, run, func(y func(batch.RowResult, error) bool) {
				var err error
				if passes++; passes == pass {
					err = broken
				}
				yield(err, rows...)(y)
			}, nil)
			if !errors.Is(err, broken) || counts != nil {
				t.Errorf("%s: counts and error are %v, %v, want none and %v", format, counts, err, broken)
			}
			if diff := cmp.Diff(map[string]string{filepath.Base(path): "old results"}, folder(t, dir)); diff != "" {
				t.Errorf("%s: folder after pass %d failed (-want +got):\n%s", format, pass, diff)
			}
		}
	}
}

// What a service says may be longer than a cell; the results are made all the same.
func TestResultsLongReason(t *testing.T) {
	for _, format := range formats {
		path := filepath.Join(t.TempDir(), "people.results."+format)
		row := batch.RowResult{Cells: words("ana.ruiz@example.com"), Reason: batch.Reason{Code: "x", Message: strings.Repeat("𝄞", 40_000), Hint: "y"}}
		if _, _, err := report.Results(path, batch.Run{Format: format, Rows: 1, Header: []string{"Email"}}, yield(nil, row), nil); err != nil {
			t.Errorf("%s: %v", format, err)
			continue
		}
		_, rows := read(t, path)
		got := texts(rows[0])
		if reason := got[5]; !strings.HasPrefix(reason, "𝄞𝄞") || !strings.HasSuffix(reason, "𝄞…") {
			t.Errorf("%s: reason of %d bytes does not end as one that was cut", format, len(reason))
		}
		if got[4] != "x" || got[6] != "y" {
			t.Errorf("%s: code and hint are %q and %q", format, got[4], got[6])
		}
	}
}

// Other programs than Excel allow worksheet names that Excel doesn't; the results are made all the same.
func TestResultsWorksheet(t *testing.T) {
	for name, want := range map[string]string{
		"Starters":                              "Starters",
		"":                                      "Sheet1",
		"sheet1":                                "sheet1",
		"Ana's":                                 "Ana's",
		"'quoted'":                              "quoted",
		"'":                                     "Sheet1",
		"2026/11: [new]?*\\":                    "2026_11_ _new____",
		"a\tb":                                  "a_b",
		"All people who start in December 2026": "All people who start in Decembe",
		strings.Repeat("𝄞", 16):                 strings.Repeat("𝄞", 15),
	} {
		path := filepath.Join(t.TempDir(), "people.results.xlsx")
		row := batch.RowResult{Cells: words("ana.ruiz@example.com")}
		if _, _, err := report.Results(path, batch.Run{Format: "xlsx", Worksheet: name, Rows: 1, Header: []string{"Email"}}, yield(nil, row), nil); err != nil {
			t.Errorf("worksheet %q: %v", name, err)
			continue
		}
		table, err := sheet.Open(t.Context(), path, sheet.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if table.Sheet != want {
			t.Errorf("worksheet %q became %q, want %q", name, table.Sheet, want)
		}
	}
}

func TestResultsFormat(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "people.results.ods")
	if _, _, err := report.Results(path, batch.Run{Format: "ods", Header: []string{"Email"}}, yield(nil), nil); err == nil {
		t.Error("results were made in a format that there isn't")
	}
	if diff := cmp.Diff(map[string]string{}, folder(t, dir)); diff != "" {
		t.Errorf("folder (-want +got):\n%s", diff)
	}
}

func TestResultsTarget(t *testing.T) {
	dir := t.TempDir()
	run := batch.Run{Format: "csv", Comma: ",", Rows: 1, Header: []string{"Email"}}
	if _, _, err := report.Results(dir, run, yield(nil, created()), nil); err == nil {
		t.Error("a folder was replaced")
	}
	if diff := cmp.Diff(map[string]string{}, folder(t, dir)); diff != "" {
		t.Errorf("folder (-want +got):\n%s", diff)
	}
}

// The hash is that of the file, and results that are made again have the same one, so that a file can be told from one that
// somebody changed.
func TestResultsHash(t *testing.T) {
	for _, format := range formats {
		path := filepath.Join(t.TempDir(), "people.results."+format)
		run := batch.Run{Format: format, Worksheet: "People", Comma: ",", Rows: 1, Header: []string{"Email", "Name", "Hired", "Number", "Remote", "Share"}}
		rows := yield(nil, created())
		_, sum, err := report.Results(path, run, rows, nil)
		if err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("%x", sha256.Sum256(data)); sum != want {
			t.Errorf("%s: hash is %s, that of the file %s", format, sum, want)
		}
		again, err := report.Digest(run, rows)
		if err != nil || again != sum {
			t.Errorf("%s: hash of the same results is %s, %v, want %s", format, again, err, sum)
		}
		other := created()
		other.Status = batch.WasRefused
		if changed, err := report.Digest(run, yield(nil, other)); err != nil || changed == sum {
			t.Errorf("%s: hash of other results is %s, %v, want another one", format, changed, err)
		}
	}
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
