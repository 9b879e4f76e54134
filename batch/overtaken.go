package batch

import (
	"cmp"
	"slices"
)

// Overtaken are the rows of a run whose accounts a run that was planned later has written to, or may have, in order. What a later
// plan did is newer than what this one asks for.
type Overtaken []OvertakenRow

// OvertakenRow is a row and the run that has overtaken it, of several the one that was planned last.
type OvertakenRow struct {
	Row int
	By  RunID
}

// By returns the run that has overtaken a row, "" for none.
func (o Overtaken) By(row int) RunID {
	i, found := slices.BinarySearchFunc(o, row, func(r OvertakenRow, row int) int { return cmp.Compare(r.Row, row) })
	if !found {
		return ""
	}
	return o[i].By
}
