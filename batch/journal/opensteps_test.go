package journal

import (
	"strings"
	"testing"
)

// What lies before or behind the rows that are asked for is not read: both ends are sought in a key.
func TestRowsAreSoughtByKey(t *testing.T) {
	j := planned(t, 1)
	for name, text := range map[string]string{"open": selectOpen, "in doubt": selectInDoubt, "due": selectDue} {
		var plan []string
		read := func(scan func(...any) error) error {
			var skip any
			var detail string
			err := scan(&skip, &skip, &skip, &detail)
			plan = append(plan, detail)
			return err
		}
		if err := each(t.Context(), j.reading, read, "EXPLAIN QUERY PLAN "+text, "r", 7, 1, pageSize, 9); err != nil {
			t.Fatal(err)
		}
		if first := plan[0]; !strings.Contains(first, "USING PRIMARY KEY (run=? AND (row,") || !strings.Contains(first, ")>(?,?) AND row<?)") {
			t.Errorf("%s: %s", name, strings.Join(plan, "\n"))
		}
	}
}
