package main

import (
	"bytes"
	"strings"
	"testing"

	"mimebatch/batch"
)

// Somebody who was created when the run was stopped is not reached, and not counted among those of whom nothing was done.
func TestBecamePartly(t *testing.T) {
	var out bytes.Buffer
	a := &app{stdout: &output{w: &out}}
	var b became
	for range b.watch(func(yield func(batch.RowResult, error) bool) {
		_ = yield(batch.RowResult{Status: batch.NotReached, Steps: []batch.StepResult{{Step: batch.Step{Kind: batch.StepCreate}, State: batch.StepDone}, {Step: batch.Step{Kind: batch.StepUpdate}}}}, nil) &&
			yield(batch.RowResult{Status: batch.NotReached}, nil) && yield(batch.RowResult{Status: batch.Created, Changed: []batch.Field{batch.Username}}, nil)
	}) {
	}
	var sum summary
	a.printBecame(batch.Run{Rows: 3}, &b, &sum)
	if sum.NotReached != 2 || sum.PartlyDone != 1 || sum.Created != 1 || !strings.Contains(out.String(), "     2  not reached  (1 of them") {
		t.Errorf("%+v\n%s", sum, &out)
	}
}
