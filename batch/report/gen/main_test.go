package main

import (
	"bytes"
	"errors"
	"testing"

	"github.com/xuri/excelize/v2"

	"mimebatch/batch"
	"mimebatch/batch/report"
	"mimebatch/templates"
)

// What is embedded is what this program makes.
func TestTemplatesAreInStep(t *testing.T) {
	made, err := sheets()
	if err != nil {
		t.Fatal(err)
	}
	entries, err := templates.Files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if _, ok := made[e.Name()]; !ok {
			t.Errorf("templates/%s is not made from the field table", e.Name())
		}
	}
	for name, want := range made {
		got, err := templates.Files.ReadFile(name)
		if err != nil {
			t.Error(err)
		} else if !bytes.Equal(got, want) {
			t.Errorf("templates/%s is not in step with the field table: run go generate ./templates", name)
		}
	}
}

// The kinds that users can ask for are the purposes that there are sheets for.
func TestKindsAreInStep(t *testing.T) {
	kinds := report.Kinds()
	if len(kinds) != len(purposes()) {
		t.Errorf("kinds are %q, want one for each of %d purposes", kinds, len(purposes()))
	}
	for i, p := range purposes() {
		if kinds[i] != p.name {
			t.Errorf("kind %d is %q, want %q", i, kinds[i], p.name)
		}
	}
}

// A column for what to do with each row offers what may be done.
func TestActionsToChooseFrom(t *testing.T) {
	info, _ := batch.ActionField.Info()
	made, err := workbook([]batch.FieldInfo{info})
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(made))
	if err != nil {
		t.Fatal(err)
	}
	rules, err := f.GetDataValidations(people)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	if len(rules) != 1 || rules[0].Formula1 != `"create,update,upsert,skip"` {
		t.Errorf("rules are %+v", rules)
	}
}
