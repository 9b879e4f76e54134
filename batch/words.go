package batch

import "strings"

// yesNo has the words for yes and no of a language. Letters that stand for a status or a digit elsewhere are left out: T, A
// and L (terminated, active, on leave), F (full-time), V, and O, which looks like a zero. So are words for an employment
// status, such as active: that a person left doesn't say what is to be switched on or off.
type yesNo struct{ language, yes, no string }

var yesNoWords = [...]yesNo{
	{"signs", "1 1.0 1,0 x ✓ ✔ ✅ ☑ √", "0 0.0 0,0 ✗ ✘ ❌ ☐"},
	{"English", "yes y true on enabled", "no n false off disabled"},
	{"German", "ja j wahr", "nein n falsch"},
	{"French", "oui vrai", "non n faux"},
	{"Spanish", "sí s verdadero", "no n falso"},
	{"Italian", "sì s vero", "no n falso"},
	{"Portuguese", "sim s verdadeiro", "não n falso"},
	{"Dutch", "ja j waar", "nee n onwaar"},
	{"Polish", "tak prawda", "nie n fałsz"},
	{"Czech", "ano pravda", "ne n nepravda"},
	{"Swedish", "ja j sant", "nej n falskt"},
	{"Japanese", "はい ○ 〇 ◯ 真", "いいえ × 偽"},
	{"Chinese", "是 真", "否 假 ×"},
}

// yesNoWord has the values of all those words, folded.
var yesNoWord = func() map[string]string {
	m := map[string]string{}
	for _, l := range yesNoWords {
		for w := range strings.FieldsSeq(l.yes) {
			m[fold(w)] = "true"
		}
		for w := range strings.FieldsSeq(l.no) {
			m[fold(w)] = "false"
		}
	}
	return m
}()

// nullWords are what people and programs write for no value.
var nullWords = wordSet(`
	nan nat n/a n.a. na null nil none undefined <na> <null> (null) (none) (blank) \n n/d s/o k.a. tbd tba
	- -- --- – — . .. ... ? ?? ??? なし 无 無`)

// errorWords are the errors of spreadsheet programs, as they stand in a CSV file; most programs translate them.
var errorWords = wordSet(`
	#n/a #null! #div/0! #value! #ref! #name? #num! #spill! #calc! #getting_data #field! #unknown! #blocked! #connect! #busy!
	#nv #wert! #bezug! #zahl! #überlauf! #nul! #valeur! #nom? #nombre! #n/d #¡valor! #¡ref! #¿nombre? #¡num! #¡div/0! #¡nulo!
	#valor! #nome? #núm! #nulo! #rif! #valore! #n/b #waarde! #verw! #naam? #getal! #leeg! #deel/0! #arg! #adr! #nazwa? #liczba!
	#zero! #dziel/0! #hodnota! #odkaz! #název? #číslo! #není_k_dispozici #saknas #värdefel! #referens! #namn? #ogiltigt!
	#skärning! #division/0! err:502 err:504 err:508 err:509 err:522`)

// passwordWords are what stands in a password column when the password doesn't.
var passwordWords = wordSet(`
	password passwort kennwort passwd pwd pass contraseña wachtwoord senha hasło heslo lösenord パスワード 密码
	secret hidden masked redacted encrypted unchanged (password) <password> [password] (hidden) <hidden> [hidden]
	(redacted) <redacted> [redacted]`)

func wordSet(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[fold(w)] = true
	}
	return m
}

// No word of the tables is longer, and none of nullWords, in bytes.
const (
	longestWord     = 20
	longestNullWord = 9
)

// find looks a word up in a table with folded keys.
func find[V any](table map[string]V, s string) (v V, ok bool) {
	if len(s) > longestWord {
		return v, false
	}
	var folded [longestWord]byte
	for i := range len(s) {
		b := s[i]
		switch {
		case b > 0x7f:
			v, ok = table[fold(s)]
			return v, ok
		case 'A' <= b && b <= 'Z':
			b += 'a' - 'A'
		}
		folded[i] = b
	}
	v, ok = table[string(folded[:len(s)])]
	return v, ok
}

func isNullWord(s string) bool {
	if len(s) > longestNullWord {
		return false
	}
	if !isPlain(s) {
		return nullWords[s] // most such texts are names, which it would cost too much to fold
	}
	_, ok := find(nullWords, s)
	return ok
}

// isErrorWord tells the errors of a spreadsheet, and the signs that stand for a number in a column that is too narrow.
func isErrorWord(s string) bool {
	if s == "" || s[0] != '#' && s[0] != 'E' {
		return false
	}
	if len(s) >= 3 && strings.Trim(s, "#") == "" {
		return true
	}
	_, ok := find(errorWords, s)
	return ok
}
