package sheet

import (
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/xuri/nfp"
)

func TestNumberFormatDate(t *testing.T) {
	for _, tt := range []struct {
		code string
		want bool
	}{
		{"yyyy-mm-dd", true},
		{"DD.MM.YYYY", true},
		{"d/m", true},
		{"[$-409]d-mmm-yy;@", true},
		{"[$-F800]dddd, mmmm dd, yyyy", true},
		{"hh:mm AM/PM", true},
		{"[h]:mm:ss", true},
		{"[mm]", true},
		{"[Hh]", true},
		{"ss.000", true},
		{`yyyy"年"m"月"d"日"`, true},
		{"[Red]yyyy", true},
		{"0;0;d", true},
		{"General", false},
		{"0", false},
		{"0.00E+00", false},
		{"0.00E-00", false},
		{"#,##0.00 [$€-407]", false},
		{"[Red]-#,##0", false},
		{"[<=9999999]###-####;(###) ###-####", false},
		{"@", false},
		{`@"@mail.example.com"`, false},
		{`0" days"`, false},
		{`0" PM/AM/PM"`, false},
		{`"\" d`, true},
		{`0\d`, false},
		{`0\d\h`, false},
		{`0_d`, false},
		{`*d0`, false},
		{"# ?/?", false},
		{"0%", false},
		{"", false},
		{`"open`, false},
		{`\`, false},
	} {
		if got := parseFormat(tt.code).date; got != tt.want {
			t.Errorf("%q shows a date: %t, want %t", tt.code, got, tt.want)
		}
	}
}

func TestNumberFormatShows(t *testing.T) {
	for _, tt := range []struct{ code, in, want string }{
		{`@`, "ann", "ann"},
		{`General`, "ann", "ann"},
		{`@"@mail.example.com"`, "ann", "ann@mail.example.com"},
		{`@\@\x`, "ann", "ann@x"},
		{`"<"@">"`, "ann", "<ann>"},
		{`@" / "@`, "ann", "ann / ann"},
		{`0;-0;0;@".example"`, "ann", "ann.example"},
		{`0;@"x"`, "ann", "annx"},
		{`General;General;General;"x "@`, "ann", "x ann"},
		{`;;;@"x"`, "ann", "annx"},
		{`[Red]@"x"`, "ann", "annx"},
		{`[$€-407] @`, "ann", "€ ann"},
		{`[$x]@`, "ann", "xann"},
		{`@_-`, "ann", "ann"},
		{`@* "x"`, "ann", "annx"},
		{`(@)`, "ann", "(ann)"},
		{`@é`, "ann", "ann"},           // not quoted: nobody knows
		{`[DBNum1]@"x"`, "ann", "ann"}, // changes digits
		{`;;;`, "ann", "ann"},          // hidden
		{`0;0;0;"x"`, "ann", "ann"},    // another text
		{`"@"0`, "ann", "ann"},         // no place for a text
		{`@"x"`, "", ""},
		{`@"x`, "ann", "annx"},
		{`@"` + strings.Repeat(`é`, 252) + `"`, "ann", "ann" + strings.Repeat(`é`, 252)},
		{`@"` + strings.Repeat(`é`, 253) + `"`, "ann", "ann"}, // too long
		{strings.Repeat("@", 33), "ann", "ann"},               // too many
		{`yyyy;;;@"x"`, "ann", "ann"},
		{`00000`, "501", "00501"},
		{`00000`, "12345", "12345"},
		{`00000`, "123456", "123456"},
		{`000-00-0000`, "12345678", "012-34-5678"},
		{`000-00-0000`, "9912345678", "9912-34-5678"},
		{`"E"0000`, "42", "E0042"},
		{`0000\ 00;-0`, "12", "0000 12"},
		{`00000;@"x"`, "501", "00501"},
		{`"x"0`, "5", "5"}, // fills nothing up
		{`0`, "5", "5"},
		{`00.0`, "5", "5"},
		{`#000`, "5", "5"},
		{`0,000`, "5", "5"},
		{`000%`, "5", "5"},
		{`00/00`, "5", "5"},
		{`[<10]000;0`, "5", "5"},
		{`000;;;;`, "5", "5"}, // no format
		{``, "5", "5"},
	} {
		f := parseFormat(tt.code)
		got := f.ofText(tt.in)
		if strings.Trim(tt.in, "0123456789") == "" {
			got = f.ofDigits(tt.in)
		}
		if got != tt.want {
			t.Errorf("%s shows %q as %q, want %q", tt.code, tt.in, got, tt.want)
		}
	}
}

// What is shown holds the text, or the digits in their order.
func FuzzNumberFormat(f *testing.F) {
	for _, code := range []string{`@"@example.com"`, "00000", `000-00-0000`, `0;-0;0;"x"@`, `[$€-407]00\0`, "@@", ";;;;"} {
		f.Add(code, "ann", uint32(501))
	}
	f.Fuzz(func(t *testing.T, code, text string, number uint32) {
		format := parseFormat(code)
		if shown := format.ofText(text); !strings.Contains(shown, text) {
			t.Errorf("%q shows %q as %q", code, text, shown)
		}
		digits := strconv.Itoa(int(number))
		at := 0
		shown := format.ofDigits(digits)
		for i := range len(shown) {
			if at < len(digits) && shown[i] == digits[at] {
				at++
			}
		}
		if at < len(digits) {
			t.Errorf("%q shows %s as %q", code, digits, shown)
		}
	})
}

// nfpFindsDate tells whether nfp finds part of a date or time in a code without the text that it shows as it stands, in which
// nfp would find some as well.
func nfpFindsDate(code string) bool {
	var bare strings.Builder
	for i, section := range cutFormat(code) {
		if i > 0 {
			bare.WriteByte(';')
		}
		for _, t := range section {
			if !t.shown {
				bare.WriteString(t.text)
			}
		}
	}
	parser := nfp.NumberFormatParser()
	for _, section := range parser.Parse(bare.String()) {
		for _, token := range section.Items {
			shows := token.TType == nfp.TokenTypeDateTimes || token.TType == nfp.TokenTypeElapsedDateTimes
			if shows && strings.ContainsAny(strings.ToLower(token.TValue), "ymdhs") {
				return true
			}
		}
	}
	return false
}

// What nfp finds in the codes that spreadsheet programs have is what is found here.
func TestNumberFormatDateAgainstNFP(t *testing.T) {
	pieces := []string{"yyyy", "m", "dd", "hh", "ss", ".000", "AM/PM", "0", "#,##0", "?/?", "%", "E+00", "@", `"d"`, `\m`, "_d", "*s", "[h]", "[mm]", "[ss]",
		"[Red]", "[$-409]", "[$€-407]", "[<=9]", "-", "/", ":", " ", ";"}
	for _, a := range pieces {
		for _, b := range pieces {
			for _, code := range []string{a, a + b, a + ";" + b, b + a + "/" + b} {
				if got, want := parseFormat(code).date, nfpFindsDate(code); got != want {
					t.Errorf("%q shows a date: %t, nfp says %t", code, got, want)
				}
			}
		}
	}
}

// What stands in quotes says nothing about the number.
func FuzzNumberFormatDate(f *testing.F) {
	for _, code := range []string{"yyyy-mm-dd", "0.00", `0" d"`, `[$-409]h:mm\s`, "0;0;0;@", "[<1]d;[h]"} {
		f.Add(code, "dmy")
	}
	f.Fuzz(func(t *testing.T, code, text string) {
		if strings.Contains(text, `"`) || utf8.RuneCountInString(text+code)+2 > longestCode {
			return
		}
		if got, want := parseFormat(`"`+text+`"`+code).date, parseFormat(code).date; got != want {
			t.Errorf("%q shows a date: %t, with %q before it %t", code, want, text, got)
		}
	})
}
