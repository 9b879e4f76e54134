package batch

import (
	"strings"
	"sync"
)

// monthNames has the months from January on. A name may be cut after its third letter or later, unless two months begin that way.
// Where a language writes the month of a date otherwise than alone, both stand here, one year after the other.
var monthNames = [...]string{
	"january february march april may june july august september october november december",              // English
	"januar februar märz april mai juni juli august september oktober november dezember",                 // German
	"jänner feber mrz april mai juni juli august september oktober november dezember",                    // Austrian, short
	"janvier février mars avril mai juin juillet août septembre octobre novembre décembre",               // French
	"enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",           // Spanish
	"enero febrero marzo abril mayo junio julio agosto setiembre octubre noviembre diciembre",            // Spanish, American
	"gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",      // Italian
	"janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",           // Portuguese
	"januari februari maart april mei juni juli augustus september oktober november december",            // Dutch
	"januari februari mrt april mei juni juli augustus september oktober november december",              // Dutch, short
	"styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień",   // Polish
	"stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia", // Polish, dates
	"leden únor březen duben květen červen červenec srpen září říjen listopad prosinec",                  // Czech
	"ledna února března dubna května června července srpna září října listopadu prosince",                // Czech, dates
	"januari februari mars april maj juni juli augusti september oktober november december",              // Swedish
}

// shortestMonth is how many letters of a month's name are enough.
const shortestMonth = 3

// monthWords has the months of all names and of their beginnings, folded; 0 for a beginning that two months have.
var monthWords = sync.OnceValue(func() map[string]int {
	beginnings, names := map[string]int{}, map[string]int{}
	for _, year := range monthNames {
		for i, name := range strings.Fields(year) {
			month, name := i+1, fold(name)
			names[name] = month
			for n := shortestMonth; n < len(name); n++ {
				if other, ok := beginnings[name[:n]]; ok && other != month {
					beginnings[name[:n]] = 0
				} else {
					beginnings[name[:n]] = month
				}
			}
		}
	}
	for name, month := range names {
		beginnings[name] = month
	}
	return beginnings
})
