package sheet

import (
	"strings"

	"github.com/xuri/nfp"
)

// readStyles tells for each cell style whether its numbers are dates or times.
func readStyles(c *container, name string) ([]bool, error) {
	var styles struct {
		Formats []struct {
			ID   int    `xml:"numFmtId,attr"`
			Code string `xml:"formatCode,attr"`
		} `xml:"numFmts>numFmt"`
		Cells []struct {
			Format int `xml:"numFmtId,attr"`
		} `xml:"cellXfs>xf"`
	}
	if err := c.decode(name, &styles); err != nil {
		return nil, err
	}
	custom := map[int]bool{}
	for _, f := range styles.Formats {
		custom[f.ID] = isDateCode(f.Code)
	}
	dates := make([]bool, len(styles.Cells))
	for i, cell := range styles.Cells {
		date, ok := custom[cell.Format]
		dates[i] = ok && date || !ok && isDateFormat(cell.Format)
	}
	return dates, nil
}

// isDateFormat tells which of the built-in number formats show dates or times; some do so in East Asian editions only.
func isDateFormat(id int) bool {
	return id >= 14 && id <= 22 || id >= 27 && id <= 36 || id >= 45 && id <= 47 || id >= 50 && id <= 58
}

// isDateCode tells whether the code of a number format shows part of a date or time.
func isDateCode(code string) bool {
	const longest = 255 // characters, says the format
	if len(code) > longest*4 {
		return false
	}
	parser := nfp.NumberFormatParser()
	for _, section := range parser.Parse(bareCode(code)) {
		for _, token := range section.Items {
			shows := token.TType == nfp.TokenTypeDateTimes || token.TType == nfp.TokenTypeElapsedDateTimes
			if shows && strings.ContainsAny(strings.ToLower(token.TValue), "ymdhs") {
				return true
			}
		}
	}
	return false
}

// bareCode returns the code without the text that it shows as it stands, in which nfp would find dates.
func bareCode(code string) string {
	var b strings.Builder
	for rest := code; rest != ""; {
		switch rest[0] {
		case '"':
			_, rest, _ = strings.Cut(rest[1:], `"`)
		case '\\', '_', '*': // each takes the next character
			next := []rune(rest)[1:]
			rest = string(next[min(1, len(next)):])
		default:
			b.WriteByte(rest[0])
			rest = rest[1:]
		}
	}
	return b.String()
}
