package sheet

import "fmt"

// The namespaces of a workbook's parts.
const (
	xmlHead    = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	nsMain     = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	nsRels     = `xmlns="http://schemas.openxmlformats.org/package/2006/relationships"`
	relOffice  = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	relPackage = "http://schemas.openxmlformats.org/package/2006/relationships"
	typeOffice = "application/vnd.openxmlformats-officedocument.spreadsheetml."
)

const packageRels = xmlHead + `<Relationships ` + nsRels + `>` +
	`<Relationship Id="rId1" Type="` + relOffice + `/officeDocument" Target="xl/workbook.xml"/>` +
	`<Relationship Id="rId2" Type="` + relPackage + `/metadata/core-properties" Target="` + coreName + `"/>` +
	`</Relationships>`

const (
	typesName = "[Content_Types].xml"
	coreName  = "docProps/core.xml"
)

// corePart names neither who saved the workbook nor when.
const corePart = xmlHead + `<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" ` +
	`xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>mimebatch</dc:creator></cp:coreProperties>`

func contentTypes(noted []bool) []byte {
	x := []byte(xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Default Extension="xml" ContentType="application/xml"/>` +
		`<Default Extension="vml" ContentType="application/vnd.openxmlformats-officedocument.vmlDrawing"/>` +
		`<Override PartName="/` + coreName + `" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/>` +
		`<Override PartName="/xl/workbook.xml" ContentType="` + typeOffice + `sheet.main+xml"/>` +
		`<Override PartName="/xl/styles.xml" ContentType="` + typeOffice + `styles+xml"/>`)
	for i, has := range noted {
		x = fmt.Appendf(x, `<Override PartName="/xl/worksheets/sheet%d.xml" ContentType="%sworksheet+xml"/>`, i+1, typeOffice)
		if has {
			x = fmt.Appendf(x, `<Override PartName="/xl/comments%d.xml" ContentType="%scomments+xml"/>`, i+1, typeOffice)
		}
	}
	return append(x, `</Types>`...)
}

func workbookPart(sheets []Layout) []byte {
	x := []byte(xmlHead + `<workbook ` + nsMain + ` xmlns:r="` + relOffice + `"><bookViews><workbookView/></bookViews><sheets>`)
	var names []byte
	for i, s := range sheets {
		x = append(x, `<sheet name="`...)
		x = appendXML(x, s.Name)
		x = fmt.Appendf(x, `" sheetId="%d" r:id="rId%[1]d"/>`, i+1)
		if s.Header > 0 {
			names = appendName(names, "_FilterDatabase", i, s, fmt.Sprintf("$A$%d:$%s$%d", s.Header, ColumnName(len(s.Widths)-1), max(s.Last, s.Header)))
			names = appendName(names, "Print_Titles", i, s, fmt.Sprintf("$%d:$%[1]d", s.Header))
		}
	}
	x = append(x, `</sheets>`...)
	if len(names) > 0 {
		x = append(x, `<definedNames>`...)
		x = append(x, names...)
		x = append(x, `</definedNames>`...)
	}
	return append(x, `</workbook>`...)
}

// appendName adds what programs call a range of worksheet i that has a purpose.
func appendName(x []byte, purpose string, i int, s Layout, area string) []byte {
	hidden := ""
	if purpose == "_FilterDatabase" {
		hidden = ` hidden="1"`
	}
	x = fmt.Appendf(x, `<definedName name="_xlnm.%s" localSheetId="%d"%s>`, purpose, i, hidden)
	x = appendXML(x, quoteSheet(s.Name)+"!"+area)
	return append(x, `</definedName>`...)
}

func workbookRels(sheets int) []byte {
	x := []byte(xmlHead + `<Relationships ` + nsRels + `>`)
	for i := range sheets {
		x = fmt.Appendf(x, `<Relationship Id="rId%d" Type="%s/worksheet" Target="worksheets/sheet%[1]d.xml"/>`, i+1, relOffice)
	}
	x = fmt.Appendf(x, `<Relationship Id="rId%d" Type="%s/styles" Target="styles.xml"/>`, sheets+1, relOffice)
	return append(x, `</Relationships>`...)
}

// sheetRels leads from worksheet n to its comments.
func sheetRels(n int) []byte {
	x := []byte(xmlHead + `<Relationships ` + nsRels + `>`)
	x = fmt.Appendf(x, `<Relationship Id="rId1" Type="%s/vmlDrawing" Target="../drawings/vmlDrawing%d.vml"/>`, relOffice, n)
	x = fmt.Appendf(x, `<Relationship Id="rId2" Type="%s/comments" Target="../comments%d.xml"/>`, relOffice, n)
	return append(x, `</Relationships>`...)
}
