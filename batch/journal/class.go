package journal

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"mimebatch/batch"
)

// class is what is alike in rows of which there are many: their action, and the kinds of their steps in order.
type class struct {
	action batch.Action
	kinds  string // separated by blanks
}

func classOf(action batch.Action, kinds []string) class {
	return class{action, strings.Join(kinds, " ")}
}

// with is the status of a row all of whose steps are in that state.
func (c class) with(state batch.StepState) batch.Status {
	var steps []batch.StepResult
	for kind := range strings.FieldsSeq(c.kinds) {
		steps = append(steps, batch.StepResult{Step: batch.Step{Kind: batch.StepKind(kind)}, State: state})
	}
	return batch.StatusOf(c.action, steps)
}

// classes is how many rows of a run are of which class.
type classes map[class]int

func (c classes) add(p batch.PlannedRow) {
	kinds := make([]string, len(p.Steps))
	for i, s := range p.Steps {
		kinds[i] = string(s.Kind)
	}
	c[classOf(p.Action, kinds)]++
}

// behind is how many rows behind the last attempt have steps of these kinds.
type behind struct {
	kinds string // as a class has them, in any order: to put them in theirs takes SQLite as long as to find them
	rows  int
}

func readBehind(scan func(...any) error) (b behind, err error) {
	err = scan(&b.kinds, &b.rows)
	return b, err
}

// take leaves rows out that have steps of these kinds.
func (c classes) take(b behind) {
	sorted := func(kinds string) string { return strings.Join(slices.Sorted(strings.FieldsSeq(kinds)), " ") }
	kinds := sorted(b.kinds)
	for k, n := range c {
		if sorted(k.kinds) == kinds {
			n = min(n, b.rows)
			c[k] -= n
			b.rows -= n
		}
	}
}

// MarshalJSON writes an array of arrays such as ["create", ["create", "update"], 17].
func (c classes) MarshalJSON() ([]byte, error) {
	out := make([][3]any, 0, len(c))
	for k, n := range c {
		out = append(out, [3]any{k.action, strings.Fields(k.kinds), n})
	}
	return json.Marshal(out)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (c *classes) UnmarshalJSON(b []byte) error {
	var all [][3]json.RawMessage
	if err := json.Unmarshal(b, &all); err != nil {
		return err
	}
	*c = classes{}
	for _, one := range all {
		var action batch.Action
		var kinds []string
		var n int
		for i, v := range []any{&action, &kinds, &n} {
			if err := json.Unmarshal(one[i], v); err != nil {
				return err
			}
		}
		(*c)[classOf(action, kinds)] += n
	}
	return nil
}

// progress is steps with what the last attempt at each made of it. A step without an attempt is open, and one whose last attempt has
// no outcome is unknown.
const progress = `(
	SELECT steps.run, steps.row, steps.n, steps.kind, coalesce(last.code, '') AS code,
		CASE WHEN last.try IS NULL THEN 'open' ELSE coalesce(last.state, 'unknown') END AS state
	FROM steps LEFT JOIN attempts AS last ON last.run = steps.run AND last.row = steps.row AND last.step = steps.n
		AND last.try = (SELECT max(try) FROM attempts AS a WHERE a.run = steps.run AND a.row = steps.row AND a.step = steps.n)
) AS progress`

// count counts the rows behind the last attempt, which were not reached, by the kinds of their steps. Of those before it, it looks at
// the ones that have an open step, a refused one or one for which nothing had to be sent. All others are done, and of these it
// is known how many there are of each class.
func (j *Journal) count(ctx context.Context, id batch.RunID) (batch.Counts, error) {
	if _, err := j.find(ctx, id); err != nil {
		return nil, err
	}
	left, last := classes{}, 0
	if err := j.reading.QueryRowContext(ctx, `
		SELECT classes, (SELECT coalesce(max(row), 0) FROM attempts WHERE run = id) FROM runs WHERE id = ?`, id).Scan(asJSON(&left), &last); err != nil {
		return nil, err
	}
	counts, others := batch.Counts{}, batch.StepOpen
	if last > 0 {
		others = batch.StepDone
		rows, err := query(ctx, j.reading, readBehind, `
			SELECT kinds, count(*) FROM (
				SELECT group_concat(kind, ' ') AS kinds FROM steps WHERE run = ? AND row > ? GROUP BY row)
			GROUP BY kinds`, id, last)
		if err != nil {
			return nil, err
		}
		for _, b := range rows {
			counts[batch.NotReached] += b.rows
			left.take(b)
		}
		kinds, err := query(ctx, j.reading, readAlike, `
			SELECT action, steps, count(*) FROM (
				SELECT action, (SELECT json_group_array(json_array(kind, state, iif(state = 'done', code, '')) ORDER BY progress.n) FROM `+progress+`
					WHERE progress.run = rows.run AND progress.row = rows.n) AS steps
				FROM rows WHERE run = ? AND n IN (
					SELECT row FROM open_steps WHERE run = ? AND row <= ? UNION SELECT row FROM attempts WHERE run = ? AND `+telling+`))
			GROUP BY action, steps`, id, id, last, id)
		if err != nil {
			return nil, err
		}
		for _, k := range kinds {
			counts[batch.StatusOf(k.action, k.steps)] += k.rows
			left[k.class()] -= k.rows
		}
	}
	for c, n := range left {
		if n > 0 {
			counts[c.with(others)] += n
		}
	}
	return counts, nil
}

// alike is how many rows have the same action, and steps of the same kinds in the same states, for the same reason if they are done.
type alike struct {
	action batch.Action
	steps  []batch.StepResult
	rows   int
}

func (a alike) class() class {
	kinds := make([]string, len(a.steps))
	for i, s := range a.steps {
		kinds[i] = string(s.Kind)
	}
	return classOf(a.action, kinds)
}

func readAlike(scan func(...any) error) (a alike, err error) {
	var steps [][3]string
	err = scan(&a.action, asJSON(&steps), &a.rows)
	for _, s := range steps {
		a.steps = append(a.steps, batch.StepResult{
			Step: batch.Step{Kind: batch.StepKind(s[0])}, State: batch.StepState(s[1]), Reply: batch.Reply{Reason: batch.Reason{Code: s[2]}},
		})
	}
	return a, err
}
