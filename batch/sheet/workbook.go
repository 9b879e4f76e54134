package sheet

import (
	"context"
	"encoding/xml"
	"net/url"
	"path"
	"slices"
	"strings"
)

// workbook is what has to be known of a workbook to read its worksheets.
type workbook struct {
	sheets   []worksheet // without chart sheets
	date1904 bool
	dates    []bool // whether the numbers of a cell style are dates
	strings  *stringTable
}

type worksheet struct {
	name, part string
	hidden     bool
}

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
	pack, err := c.relations("")
	if err != nil {
		return nil, err
	}
	if target := pack.first("officeDocument"); target != "" {
		name = target
	}
	if !c.has(name) {
		return nil, notWorkbook
	}
	var book struct {
		XMLName xml.Name
		Pr      struct {
			Date1904 string `xml:"date1904,attr"`
		} `xml:"workbookPr"`
		Sheets []struct {
			Name  string `xml:"name,attr"`
			State string `xml:"state,attr"`
			ID    string `xml:"id,attr"` // of the relationship
		} `xml:"sheets>sheet"`
	}
	if err := c.decode(name, &book); err != nil {
		return nil, err
	}
	if book.XMLName.Local != "workbook" {
		return nil, notWorkbook
	}
	rels, err := c.relations(name)
	if err != nil {
		return nil, err
	}
	w := &workbook{date1904: isTrue(book.Pr.Date1904)}
	for _, s := range book.Sheets {
		i := slices.IndexFunc(rels, func(r relation) bool { return r.id == s.ID })
		if i < 0 {
			return nil, &DamageError{Place: name, What: "a sheet leads nowhere"}
		}
		if rels[i].kind == "worksheet" {
			w.sheets = append(w.sheets, worksheet{name: s.Name, part: rels[i].target, hidden: s.State != "" && s.State != "visible"})
		}
	}
	if target := rels.first("styles"); target != "" {
		if w.dates, err = readStyles(c, target); err != nil {
			return nil, err
		}
	}
	w.strings = &stringTable{}
	// A workbook without texts may name a part that it doesn't have.
	if target := rels.first("sharedStrings"); target != "" && c.has(target) {
		if w.strings, err = readStrings(ctx, c, target); err != nil {
			return nil, err
		}
	}
	return w, nil
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
func (c *container) relations(name string) (relations, error) {
	dir, base := path.Split(name)
	file := dir + "_rels/" + base + ".rels"
	if !c.has(file) {
		return nil, nil
	}
	var list struct {
		Relationships []struct {
			ID     string `xml:"Id,attr"`
			Type   string `xml:"Type,attr"`
			Target string `xml:"Target,attr"`
			Mode   string `xml:"TargetMode,attr"`
		} `xml:"Relationship"`
	}
	if err := c.decode(file, &list); err != nil {
		return nil, err
	}
	var rs relations
	for _, r := range list.Relationships {
		if r.Mode == "External" {
			continue
		}
		target := strings.ReplaceAll(r.Target, `\`, "/")
		if plain, err := url.PathUnescape(target); err == nil {
			target = plain
		}
		if !strings.HasPrefix(target, "/") {
			target = dir + target
		}
		// Strict and transitional workbooks differ in what stands before the last slash of the type.
		rs = append(rs, relation{id: r.ID, kind: path.Base(r.Type), target: strings.TrimPrefix(path.Clean("/"+target), "/")})
	}
	return rs, nil
}

// isTrue reads a boolean of the XML.
func isTrue(s string) bool { return s == "1" || s == "true" }
