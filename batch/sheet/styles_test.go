package sheet

import "testing"

func TestIsDateCode(t *testing.T) {
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
		if got := isDateCode(tt.code); got != tt.want {
			t.Errorf("isDateCode(%q) = %t, want %t", tt.code, got, tt.want)
		}
	}
}

// What stands in quotes says nothing about the number.
func FuzzIsDateCode(f *testing.F) {
	for _, code := range []string{"yyyy-mm-dd", "0.00", `0" d"`, `[$-409]h:mm\s`, "0;0;0;@", "[<1]d;[h]"} {
		f.Add(code, "dmy")
	}
	f.Fuzz(func(t *testing.T, code, text string) {
		for _, c := range text {
			if c == '"' {
				return
			}
		}
		if got, want := isDateCode(`"`+text+`"`+code), isDateCode(code); got != want && len(code) < 200 && len(text) < 200 {
			t.Errorf("isDateCode(%q) = %t, with %q before it %t", code, want, text, got)
		}
	})
}
