package report

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"iter"

	"mimebatch/batch"
	"mimebatch/batch/durable"
)

// Results writes the results of a run to path, whole or not at all, readable by its owner only (0600), and returns how many
// rows have which status, and the SHA-256 of the file in hexadecimal. It ranges over rows twice and wants the same cells both
// times, as [batch.Journal] gives them, and holds none. The same rows always give the same bytes. If there are more or fewer
// rows than the plan had, the error wraps [batch.ErrRows] and the file is there all the same, for it is evidence. After any
// other error the old file is as it was, as [durable.WriteFile] promises.
func Results(path string, run batch.Run, rows iter.Seq2[batch.RowResult, error]) (counts batch.Counts, sum string, err error) {
	t, err := measure(run, rows)
	if err != nil {
		return nil, "", fmt.Errorf("measure results: %w", err)
	}
	counts = batch.Counts{}
	h := sha256.New()
	err = durable.WriteFile(path, 0o600, func(w io.Writer) error {
		return t.write(io.MultiWriter(w, h), rows, counts)
	})
	if err != nil {
		return nil, "", fmt.Errorf("write results: %w", err)
	}
	sum = hex.EncodeToString(h.Sum(nil))
	if n := counts.Total(); n != run.Rows {
		return counts, sum, fmt.Errorf("write results: %w: %d in the results, %d in the plan", batch.ErrRows, n, run.Rows)
	}
	return counts, sum, nil
}

// Digest returns the SHA-256 that [Results] would give the file.
func Digest(run batch.Run, rows iter.Seq2[batch.RowResult, error]) (string, error) {
	t, err := measure(run, rows)
	if err != nil {
		return "", fmt.Errorf("measure results: %w", err)
	}
	h := sha256.New()
	if err := t.write(h, rows, batch.Counts{}); err != nil {
		return "", fmt.Errorf("hash results: %w", err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
