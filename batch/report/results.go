package report

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"

	"mimebatch/batch"
	"mimebatch/batch/durable"
)

// Results writes the results of a run to path, whole or not at all, readable by its owner only (0600), and returns how many
// rows have which status, and the SHA-256 of the file in hexadecimal. It ranges over rows once, or twice if one has more cells
// than the header or there are more or fewer than the plan had, and wants the same cells both times, as [batch.Journal] gives
// them; it holds none. The same rows always give the same bytes. If there are more or fewer rows than the plan had, the error
// wraps [batch.ErrRows] and the file is there all the same, for it is evidence. After any other error the old file is as it was,
// as [durable.WriteFile] promises. Leaving, if not nil, is told the hash before the file takes its place.
func Results(path string, run batch.Run, rows iter.Seq2[batch.RowResult, error], leaving func(sha256 string)) (counts batch.Counts, sum string, err error) {
	counts, sum, err = produce(run, rows, func(write func(io.Writer) (string, error)) error {
		return durable.WriteFile(path, 0o600, func(w io.Writer) error {
			sum, err := write(w)
			if err == nil && leaving != nil {
				leaving(sum)
			}
			return err
		})
	})
	if err != nil {
		return nil, "", fmt.Errorf("write results: %w", err)
	}
	if n := counts.Total(); n != run.Rows {
		return counts, sum, fmt.Errorf("write results: %w: %d in the results, %d in the plan", batch.ErrRows, n, run.Rows)
	}
	return counts, sum, nil
}

// Digest returns the SHA-256 that [Results] would give the file.
func Digest(run batch.Run, rows iter.Seq2[batch.RowResult, error]) (string, error) {
	_, sum, err := produce(run, rows, func(write func(io.Writer) (string, error)) error {
		_, err := write(io.Discard)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("hash results: %w", err)
	}
	return sum, nil
}

// blockSize is how many bytes are written and hashed at a time.
const blockSize = 1 << 16

// produce has the results written by the function that is given to into, which returns their hash, and again if only then it is known
// what shape they have.
func produce(run batch.Run, rows iter.Seq2[batch.RowResult, error], into func(write func(io.Writer) (string, error)) error) (counts batch.Counts, sum string, err error) {
	h := sha256.New()
	write := func(s shape) error {
		t, err := newTable(run, s)
		if err != nil {
			return err
		}
		return into(func(w io.Writer) (_ string, err error) {
			h.Reset()
			b := bufio.NewWriterSize(io.MultiWriter(w, h), blockSize)
			if counts, err = t.write(b, rows); err != nil {
				return "", err
			}
			if err := b.Flush(); err != nil {
				return "", err
			}
			sum = hex.EncodeToString(h.Sum(nil))
			return sum, nil
		})
	}
	err = write(shape{columns: len(run.Header), rows: run.Rows})
	if misfit, ok := errors.AsType[*misfitError](err); ok {
		err = write(misfit.shape)
	}
	return counts, sum, err
}
