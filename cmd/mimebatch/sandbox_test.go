package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch/sandbox"
)

// A code on order blames the field that the sandbox blames without an order, and leaves the other cases alone.
func TestCodeKeepsItsField(t *testing.T) {
	f := sandboxFlags{codes: []string{"password=err_weak", "exists=err_there:There: already"}}
	var got sandbox.Codes
	if err := f.setCodes(&got); err != nil {
		t.Fatal(err)
	}
	want := sandbox.DefaultCodes
	want.Password = sandbox.Refusal{Code: "err_weak", Field: "password"}
	want.Exists = sandbox.Refusal{Code: "err_there", Message: "There: already"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("codes (-want +got):\n%s", diff)
	}
}
