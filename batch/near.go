package batch

import (
	"math/bits"
	"unicode/utf8"
)

// nearWord is a word that a heading may miss by a typing error.
type nearWord struct {
	letters []rune
	mask    uint64 // which letters it has, so that most words are known to be far off without being compared
	field   Field
}

func newNearWord(key string, f Field) nearWord {
	w := nearWord{letters: []rune(key), field: f}
	for _, r := range w.letters {
		w.mask |= 1 << (r & 63)
	}
	return w
}

// allowed is how many typing errors it may have. Short words are near to everything.
func (w nearWord) allowed() int {
	if len(w.letters) < 10 {
		return 1
	}
	return 2
}

// mayBe tells whether w may have been meant by what was typed: "Faction" and "Clocked" are no typing errors, for the first letter is
// seldom wrong, nor are "Same" and "Game", which are as near to "Name".
func (w nearWord) mayBe(typed nearWord) bool {
	s, t := typed.letters, w.letters
	if len(t) < 5 && (typed.mask != w.mask || len(s) != len(t)) {
		return false
	}
	return s[0] == t[0] || s[0] == t[1] && s[1] == t[0]
}

// longestNear is the longest heading, in letters, that is compared with the words.
const longestNear = 64

// nearField returns the field one of whose headings this one misses by a typing error, "" for none.
func nearField(heading string) Field {
	if len(heading) > longestHeading || meaningOf(heading).role != ofNothing {
		return ""
	}
	key := headingKey(heading)
	if n := utf8.RuneCountInString(key); n < 4 || n > longestNear {
		return ""
	}
	typed := newNearWord(key, "")
	best, bestAt := Field(""), 3
	for _, w := range lexiconOf().words {
		// An error takes one letter and brings another.
		if bits.OnesCount64(w.mask^typed.mask) > 2*w.allowed() || !w.mayBe(typed) {
			continue
		}
		if d := distance(typed.letters, w.letters); d <= w.allowed() && d < bestAt {
			best, bestAt = w.field, d
		}
	}
	return best
}

// distance is the number of letters to insert, delete, replace or swap with the next one to make t of s; 3 for more than two.
// Both have at most longestNear letters.
func distance(s, t []rune) int {
	if d := len(s) - len(t); d > 2 || d < -2 {
		return 3
	}
	var rows [3][longestNear + 1]int // the one before the last, the last, and this
	for j := range len(t) + 1 {
		rows[1][j] = j
	}
	for i := 1; i <= len(s); i++ {
		before, last, this := &rows[(i+2)%3], &rows[i%3], &rows[(i+1)%3]
		this[0] = i
		for j := 1; j <= len(t); j++ {
			cost := 1
			if s[i-1] == t[j-1] {
				cost = 0
			}
			this[j] = min(last[j]+1, this[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && s[i-1] == t[j-2] && s[i-2] == t[j-1] {
				this[j] = min(this[j], before[j-2]+1)
			}
		}
	}
	return min(3, rows[(len(s)+1)%3][len(t)])
}
