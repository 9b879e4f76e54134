package batch

import (
	"slices"
	"strings"
	"unicode"
)

// What tells that a column may hold passwords although no field claims it, folded.
var (
	// secretParts are told anywhere in a heading's key.
	secretParts = []string{
		"passw", "pwd", "pswd", "passphrase", "passcode", "passkey", "secret", "pincode", "credential", "accesscode", "logincode", "logindetails", "initialcode", "keyphrase",
		"kennwort", "geheim", "zugangscode", "zugangsdaten", "anmeldedaten", "contrasena", "clave", "motdepasse", "codesecret",
		"paroladordine", "paroladaccesso", "senha", "palavrapasse", "palavrachave", "wachtwoord", "haslo", "hasla", "heslo", "hesla", "losenord",
		"passord", "adgangskode", "kodeord", "salasana", "parola", "sifre", "jelszo",
		"пароль", "パスワード", "暗証", "パスコード", "密码", "密碼", "口令", "비밀번호",
	}
	// secretWords are short, and told only as a word or at the end of one.
	secretWords = []string{"pw", "psw", "pass", "pin", "mdp", "pwrd", "token"}
	// innocent texts look like those and are none: the PIN code of an area is an address's.
	innocent = strings.NewReplacer("compass", "", "bypass", "", "pin code area", "", "area pin code", "")
)

// looksSecret tells whether a column with this heading may hold passwords.
func looksSecret(heading string) bool {
	if IsResultHeading(heading) {
		heading = trim(heading)[len(resultPrefix):]
	}
	switch m := meaningOf(heading); {
	case m.role == ofField && m.field == Password:
		return true
	case m.role == ofField, m.role != ofNothing && !hasBracket(heading):
		return false
	}
	text := innocent.Replace(strings.Join(strings.Fields(fold(heading)), " "))
	key := headingKey(text)
	words := append(strings.FieldsFunc(text, isNoLetter), strings.TrimRight(key, "0123456789")) // "P.W." is none of its own words
	return nearField(heading) == Password ||
		slices.ContainsFunc(secretParts, func(p string) bool { return strings.Contains(key, p) }) ||
		slices.ContainsFunc(words, func(word string) bool {
			return slices.ContainsFunc(secretWords, func(w string) bool { return strings.HasSuffix(word, w) })
		})
}

func isNoLetter(r rune) bool { return unicode.IsDigit(r) || notInWord(r) }
