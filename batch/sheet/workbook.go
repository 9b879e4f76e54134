package sheet

import (
	"context"
	"errors"
	"net/url"
	"path"
	"slices"
	"strings"
)

// workbook is what has to be known of a workbook to read its worksheets.
type workbook struct {
	sheets   []worksheet // without chart sheets
	date1904 bool
	styles   []*numberFormat // of the cell styles, nil where it means nothing
	strings  *stringTable
}

type worksheet struct {
	name, part string
	hidden     bool
	relation   string // the id of the relation that leads to the part
}

// maxSheets bounds the sheets of a workbook, and what a part leads to.
const maxSheets = maxEntries

// foreign are the parts that tell what a zip file is that isn't a workbook.
var foreign = []struct{ part, found, hint string }{
	{"xl/workbook.bin", "a binary workbook (.xlsb)", hintSaveAs},
	{"word/document.xml", "a Word document", hintExport},
	{"ppt/presentation.xml", "a PowerPoint presentation", hintExport},
	{"content.xml", "an OpenDocument file", hintSaveAs},
	{"Index/Document.iwa", "an Apple Numbers document", hintExport},
}

func openWorkbook(ctx context.Context, c *container) (*workbook, error) {
	for _, f := range foreign {
		if c.has(f.part) {
			return nil, &NotSheetError{Found: f.found, hint: f.hint}
		}
	}
	notWorkbook := &NotSheetError{Found: "a zip archive without a workbook", hint: "if the list is in it, unpack it first"}
	name := "xl/workbook.xml"
	pack, err := c.relations(ctx, "")
	if err != nil {
		return nil, err
	}
	if target := pack.first("officeDocument"); target != "" {
		name = target
	}
	if !c.has(name) {
		return nil, notWorkbook
	}
	w := &workbook{strings: &stringTable{}}
	var listed []worksheet
	err = c.read(ctx, name, maxSmallPart, func(p *part) (err error) {
		listed, err = w.read(p)
		return err
	})
	switch {
	case errors.Is(err, errRoot):
		return nil, notWorkbook
	case err != nil:
		return nil, err
	}
	rels, err := c.relations(ctx, name)
	if err != nil {
		return nil, err
	}
	for _, s := range listed {
		i := slices.IndexFunc(rels, func(r relation) bool { return r.id == s.relation })
		if i < 0 {
			return nil, &DamageError{Place: name, What: "a sheet leads nowhere"}
		}
		switch s.part = rels[i].target; rels[i].kind {
		case "worksheet":
			w.sheets = append(w.sheets, s)
		case "chartsheet", "dialogsheet", "xlMacrosheet", "xlIntlMacrosheet": // they hold no table
		default:
			return nil, &DamageError{Place: name, What: "a sheet is of an unknown kind"}
		}
	}
	if target := rels.first("styles"); target != "" {
		err := c.read(ctx, target, maxSmallPart, func(p *part) (err error) {
			w.styles, err = readStyles(p)
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	// A workbook without texts may name a part that it doesn't have.
	if target := rels.first("sharedStrings"); target != "" && c.has(target) {
		if err := c.read(ctx, target, maxUnpacked, w.strings.read); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// format returns the number format of a cell style, nil if it means nothing.
func (w *workbook) format(style int) *numberFormat {
	if style < 0 || style >= len(w.styles) {
		return nil
	}
	return w.styles[style]
}

// read reads the part of the workbook itself, and returns its sheets of all kinds.
func (w *workbook) read(p *part) ([]worksheet, error) {
	var sheets []worksheet
	err := p.list("workbook", func() error {
		switch string(p.element) {
		case "workbookPr":
			w.date1904 = isTrue(p.attr("date1904"))
		case "sheets":
			return p.each(func() error {
				if string(p.element) != "sheet" {
					return p.damage(errUnexpected)
				}
				if len(sheets) == maxSheets {
					return p.damage(errMany)
				}
				ws := worksheet{name: string(p.attr("name"))}
				state := string(p.attr("state"))
				ws.hidden = state != "" && state != "visible"
				for i := range p.attrs {
					if string(localName(p.attrName(i))) == "id" {
						ws.relation = string(p.attrValue(i))
					}
				}
				sheets = append(sheets, ws)
				return p.skip()
			})
		}
		return p.skip()
	})
	return sheets, err
}

// candidates returns the worksheets that can be meant by a name, by order of likelihood: those of a group are meant only if
// none of the groups before has a header. A hidden worksheet is meant only if it is named; one that fits where nothing else does
// is told of.
func (w *workbook) candidates(name string) ([][]worksheet, error) {
	if name == "" {
		var shown, hidden []worksheet
		for _, ws := range w.sheets {
			if ws.hidden {
				hidden = append(hidden, ws)
			} else {
				shown = append(shown, ws)
			}
		}
		return [][]worksheet{shown, hidden}, nil
	}
	for _, same := range []func(string) bool{
		func(s string) bool { return s == name },
		func(s string) bool { return strings.EqualFold(s, name) },
	} {
		if i := slices.IndexFunc(w.sheets, func(ws worksheet) bool { return same(ws.name) }); i >= 0 {
			return [][]worksheet{{w.sheets[i]}}, nil
		}
	}
	missing := &NoSheetError{Name: name}
	for _, ws := range w.sheets {
		missing.Sheets = append(missing.Sheets, ws.name)
	}
	return nil, missing
}

// relation is where a part of a workbook leads to.
type relation struct {
	id, kind string
	target   string // the part's name
}

type relations []relation

// first returns the target of the first relation of a kind, "" if there is none.
func (rs relations) first(kind string) string {
	for _, r := range rs {
		if r.kind == kind {
			return r.target
		}
	}
	return ""
}

// relations returns what a part leads to inside the file, or the package as a whole if the name is "".
func (c *container) relations(ctx context.Context, name string) (relations, error) {
	dir, base := path.Split(name)
	file := dir + "_rels/" + base + ".rels"
	if !c.has(file) {
		return nil, nil
	}
	var rs relations
	err := c.read(ctx, file, maxSmallPart, func(p *part) (err error) {
		rs, err = readRelations(p, dir)
		return err
	})
	return rs, err
}

// readRelations reads what a part in the folder dir leads to inside the file.
func readRelations(p *part, dir string) (relations, error) {
	var rs relations
	err := p.list("Relationships", func() error {
		switch {
		case string(p.element) != "Relationship":
			return p.damage(errUnexpected)
		case string(p.attr("TargetMode")) == "External":
			return p.skip()
		case len(rs) == maxSheets:
			return p.damage(errMany)
		}
		target := strings.ReplaceAll(string(p.attr("Target")), `\`, "/")
		if plain, err := url.PathUnescape(target); err == nil {
			target = plain
		}
		if !strings.HasPrefix(target, "/") {
			target = dir + target
		}
		id := string(p.attr("Id"))
		if id != "" && slices.ContainsFunc(rs, func(r relation) bool { return r.id == id }) {
			return p.damage(flaw("two relationships have one name"))
		}
		rs = append(rs, relation{
			id: id,
			// Strict and transitional workbooks differ in what stands before the last slash of the type.
			kind:   path.Base(string(p.attr("Type"))),
			target: strings.TrimPrefix(path.Clean("/"+target), "/"),
		})
		return p.skip()
	})
	return rs, err
}

// isTrue reads a boolean of the XML.
func isTrue(value []byte) bool { return string(value) == "1" || string(value) == "true" }
