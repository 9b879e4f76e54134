package report

import (
	"fmt"
	"io"
	"iter"

	"mimebatch/batch"
	"mimebatch/batch/durable"
)

// Results writes the results of a run to path, whole or not at all, readable by its owner only (0600), and returns how many
// rows have which status. It ranges over rows twice and wants the same cells both times, as [batch.Journal] gives them, and holds
// none. If there are more or fewer rows than the plan had, the error wraps [batch.ErrRows] and the file is there all the same,
// for it is evidence. After any other error the old file is as it was, as [durable.WriteFile] promises.
func Results(path string, run batch.Run, rows iter.Seq2[batch.RowResult, error]) (batch.Counts, error) {
	t, err := measure(run, rows)
	if err != nil {
		return nil, fmt.Errorf("measure results: %w", err)
	}
	counts := batch.Counts{}
	err = durable.WriteFile(path, 0o600, func(w io.Writer) error {
		return t.write(w, rows, counts)
	})
	if err != nil {
		return nil, fmt.Errorf("write results: %w", err)
	}
	if n := counts.Total(); n != run.Rows {
		return counts, fmt.Errorf("write results: %w: %d in the results, %d in the plan", batch.ErrRows, n, run.Rows)
	}
	return counts, nil
}
