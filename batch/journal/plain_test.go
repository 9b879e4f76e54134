package journal

import (
	"database/sql/driver"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch"
	"mimebatch/batch/sheet"
)

// What this package writes is read the short way.
func TestPlainJSON(t *testing.T) {
	cells := []sheet.Cell{{Text: "Ana"}, {}, {Text: "\"Zoë\" <&>\\\t\x00\u2028 日本 😀"}, {Text: "7", Kind: sheet.Number}, {Text: "#N/A", Kind: sheet.Error}}
	none := []sheet.Cell{}
	settings := batch.Settings{batch.Username: "Ana \"Ruiz\"", batch.AllowPOP: "true"}
	bare := &batch.Account{Email: "ana@example.com"}
	full := &batch.Account{Email: "ana@example.com", ID: "1", Settings: settings, Type: "t", Source: "ldap", Alias: true}
	readsPlain(t, asCells(&cells), (*plainJSON).cells)
	readsPlain(t, asCells(&none), (*plainJSON).cells)
	readsPlain(t, asSettings(&settings), (*plainJSON).settings)
	readsPlain(t, asSettings(&batch.Settings{}), (*plainJSON).settings)
	readsPlain(t, asAccount(&bare), (*plainJSON).account)
	readsPlain(t, asAccount(&full), (*plainJSON).account)
}

func readsPlain[T any](t *testing.T, stored driver.Valuer, read func(*plainJSON) (T, bool)) {
	t.Helper()
	text, err := stored.Value()
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := readPlain(text, read); !ok {
		t.Errorf("%v takes the long way", text)
	}
}

// FuzzPlainJSON: what is read the short way, encoding/json reads alike.
func FuzzPlainJSON(f *testing.F) {
	for _, s := range []string{
		`["Ana","",{"k":"number","v":"7"},{"k":"date","v":"2026-12-31"}]`, `[]`, `["a",]`, `[,"a"]`, `["a"]x`, ` ["a"]`, `["a" ]`, `["a"`, `[null]`,
		`["\"\\\u2028\n"]`, "[\"\n\"]", "[\"\xff\"]", "[\"\xffq\\n\"]", `["日本 😀 �"]`, `["\"]`, `["\x"]`, `["\ud83d"]`, "[\"\x7f\"]",
		`[{"k":"text","v":"a"}]`, `[{"k":"bool","v":"TRUE"},]`, `[{"v":"7","k":"number"}]`, `[{"k":"number","v":"7","v":"8"}]`,
		`{}`, `{"allow_pop":"true","username":"Ana"}`, `{"a":"1","a":"2"}`, `{"":"",,}`, `{"a":"1",}`, `{"a":null}`, `{"a":1}`,
		`{"email":"a@example.com"}`, `{"email":"a@example.com","id":"1","settings":{"allow_pop":"true"},"type":"t","source":"ldap","alias":true}`,
		`{"email":"a@example.com","settings":{}}`, `{"id":"1","email":"a@example.com"}`, `{"EMAIL":"a"}`, `{"alias":true}`, `{,"alias":true}`,
		`{"email":"a","id":"1","id":"2"}`, `["code","message","field","hint"]`, `["","","",""]`, `["a","b","c"]`, `["a","b","c","d","e"]`, `null`, ``,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, stored string) {
		readsAlike(t, stored, (*plainJSON).cells, func(long []anyCell) []sheet.Cell {
			cells := make([]sheet.Cell, len(long))
			for i, c := range long {
				cells[i] = sheet.Cell(c)
			}
			return cells
		})
		readsAlike(t, stored, (*plainJSON).settings, func(long batch.Settings) batch.Settings { return long })
		readsAlike(t, stored, (*plainJSON).account, func(long *account) *account { return long })
		readsAlike(t, stored, (*plainJSON).reason, func(long []string) batch.Reason {
			if len(long) != 4 {
				t.Fatalf("%s has %d texts", stored, len(long))
			}
			return batch.Reason{Code: long[0], Message: long[1], Field: long[2], Hint: long[3]}
		})
	})
}

// readsAlike compares what is read the short way, if anything is, with what encoding/json makes of the same.
func readsAlike[T, L any](t *testing.T, stored string, read func(*plainJSON) (T, bool), from func(L) T) {
	t.Helper()
	got, ok := readPlain(stored, read)
	if !ok {
		return
	}
	var long L
	if err := json.Unmarshal([]byte(stored), &long); err != nil {
		t.Fatalf("%s is read the short way as %v, but: %v", stored, got, err)
	}
	if diff := cmp.Diff(from(long), got); diff != "" {
		t.Errorf("%s (-encoding/json +the short way):\n%s", stored, diff)
	}
}
