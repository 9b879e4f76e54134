package batch

import (
	"fmt"
	"slices"
	"strings"
	"unicode"

	"mimebatch/batch/sheet"
)

// nameTemplate joins the display name from columns of a row. Its text is written as it stands, each {{placeholder}} as what the
// row's cell holds: {{first}}, {{middle}} and {{last}} find the columns of the parts of a name, and any other placeholder is a heading
// of the sheet, as in {{Preferred Name}}.
type nameTemplate struct {
	pieces []namePiece
}

// namePiece is a column, or the text between two.
type namePiece struct {
	text   string
	column int // -1 for text
}

// nameToken is a piece whose column is not found yet.
type nameToken struct {
	text        string
	placeholder bool
}

// nameRoles are the placeholders of the parts of a name.
var nameRoles = map[string]role{"first": ofFirst, "middle": ofMiddle, "last": ofLast}

// parseName parses a template.
func parseName(template string) ([]nameToken, *refusal) {
	bad := func(what string) *refusal {
		return &refusal{
			msg:  fmt.Sprintf("the template of the display name is not understood: %s", what),
			hint: `write it like "{{first}} {{last}}", each part between two braces`,
		}
	}
	var out []nameToken
	found := false
	for rest := template; rest != ""; {
		text, behind, opened := strings.Cut(rest, "{{")
		if strings.ContainsAny(text, "{}") {
			return nil, bad("a brace without its partner")
		}
		if text != "" {
			out = append(out, nameToken{text: text})
		}
		if !opened {
			break
		}
		name, after, closed := strings.Cut(behind, "}}")
		switch name = trim(name); {
		case !closed || strings.ContainsAny(name, "{}"):
			return nil, bad("a brace without its partner")
		case name == "":
			return nil, bad("nothing between the braces")
		}
		out = append(out, nameToken{text: name, placeholder: true})
		found, rest = true, after
	}
	if !found {
		return nil, bad("it names no column, so that everyone would have the same name")
	}
	return out, nil
}

// newNameTemplate finds the columns of the template that b's options hold.
func newNameTemplate(b *binder) (*nameTemplate, error) {
	tokens, bad := parseName(b.options.Username)
	if bad != nil {
		return nil, bad
	}
	n := &nameTemplate{}
	for _, t := range tokens {
		if !t.placeholder {
			n.pieces = append(n.pieces, namePiece{t.text, -1})
			continue
		}
		column, err := b.placeholder(t.text)
		if err != nil {
			return nil, err
		}
		n.pieces = append(n.pieces, namePiece{column: column})
	}
	return n, nil
}

// placeholder finds the column that a placeholder names.
func (b *binder) placeholder(name string) (int, error) {
	var cs []int
	if r, ok := nameRoles[lower(name)]; ok {
		cs = b.part(r)
	} else {
		for i, h := range b.table.Header {
			if same := sameHeading(name); b.canName(i) && (same == sameHeading(h) || same == sameHeading(positionalName(h, i))) {
				cs = append(cs, i)
			}
		}
	}
	switch len(cs) {
	case 0:
		var there []string
		for i, h := range b.table.Header {
			if b.canName(i) && sameHeading(h) != "" {
				there = append(there, "{{"+h+"}}")
			}
		}
		return 0, &refusal{
			msg:  fmt.Sprintf("the template of the display name names {{%s}}, and no column is that", name),
			hint: "the columns are " + strings.Join(there, ", "),
		}
	case 1:
		return cs[0], nil
	}
	return 0, &refusal{
		msg:  fmt.Sprintf("which column is {{%s}} in the template of the display name: %s or %s?", name, b.column(cs[0]), b.column(cs[1])),
		hint: fmt.Sprintf("write its heading between the braces, with its letters if it stands twice: {{%s}}", positionalName(b.table.Header[cs[0]], cs[0])),
	}
}

// canName tells whether a column may be part of a name: passwords and the results of an older run may not.
func (b *binder) canName(column int) bool {
	return !slices.Contains(b.Secret, column) && !IsResultHeading(b.table.Header[column])
}

// columns returns the columns that the name is joined from, each once, in the order of the template.
func (n *nameTemplate) columns() []int {
	var out []int
	for _, p := range n.pieces {
		if p.column >= 0 && !slices.Contains(out, p.column) {
			out = append(out, p.column)
		}
	}
	return out
}

// join returns the name that the cells of a row make, "" if all of its parts are blank. A blank part takes the blanks, commas and
// empty brackets around it with it; a word for no value is blank too, with a warning. The problems are those of the parts, in the
// order of the template, each with its Column; if one is more than a warning there is no name.
func (n *nameTemplate) join(cells []sheet.Cell) (name string, problems []Problem) {
	var out strings.Builder
	gap, lost := "", false // the text since the last part, and whether a blank part was in it
	faulty := false
	for _, p := range n.pieces {
		if p.column < 0 {
			gap += p.text
			continue
		}
		var c sheet.Cell
		if p.column < len(cells) {
			c = cells[p.column]
		}
		text, problem := readPart(c)
		// A column may stand twice in the template.
		if problem != nil && !slices.ContainsFunc(problems, func(q Problem) bool { return q.Column == p.column }) {
			problem.Column = p.column
			problems = append(problems, *problem)
			faulty = faulty || !problem.Warning
		}
		if text == "" {
			lost = true
			continue
		}
		if lost {
			gap = closeGap(gap)
			if out.Len() == 0 {
				gap = strings.TrimLeftFunc(gap, joinsParts)
			}
		}
		out.WriteString(gap)
		out.WriteString(text)
		gap, lost = "", false
	}
	if faulty || out.Len() == 0 {
		return "", problems
	}
	if lost {
		gap = strings.TrimRightFunc(closeGap(gap), joinsParts)
	}
	out.WriteString(gap)
	return trim(out.String()), problems
}

// readPart reads a cell that is a part of a name as [readText] does, but takes no number for one, unless the cell shows it as a text.
func readPart(c sheet.Cell) (string, *Problem) {
	if trim(c.Text) == "" {
		return "", nil
	}
	if c.Kind == sheet.Error {
		return "", cellError()
	}
	if c.Kind != sheet.Text && (c.Kind != sheet.Number || c.Shown == "") {
		return "", &Problem{
			Code: TextNotText, Message: "not a text, and a part of the display name", Hint: "format the cell as text and type it again",
		}
	}
	text, p := readText(c)
	if p != nil && p.Code == NullWord {
		return "", &Problem{
			Code: NullWord, Warning: true, Message: "a word for no value, and a part of the display name: it is left out",
			Hint: "leave the cell blank, or fill in the value",
		}
	}
	return text, p
}

// closeGap mends the text around a part that is blank.
func closeGap(gap string) string { return oneBlank(emptyBrackets.Replace(oneBlank(gap))) }

// oneBlank makes one blank of several in a row.
func oneBlank(s string) string {
	before := 'x'
	return strings.Map(func(r rune) rune {
		blank := unicode.IsSpace(r)
		if blank {
			r = ' '
		}
		if blank && before == ' ' {
			r = -1
		} else {
			before = r
		}
		return r
	}, s)
}

var emptyBrackets = strings.NewReplacer("( )", " ", "()", " ", "[ ]", " ", "[]", " ", `" "`, " ", `""`, " ")

// joinsParts tells what stands between two parts and makes no sense beside one.
func joinsParts(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;/|-–", r) }
