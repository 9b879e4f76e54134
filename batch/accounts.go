package batch

import (
	"encoding/binary"
	"hash/maphash"
)

// packedAccounts holds what a tenant tells of the accounts that somebody asks for, packed: a plan may be for a million of them. They are
// found by a hash of the address, behind which the address itself stands: two that share a hash are not taken for each other.
type packedAccounts struct {
	hash   func(email string) uint64
	places map[uint64]uint64 // of the account told last of the addresses with a hash, 0 while none was
	blocks [][]byte          // the packed accounts; a place is a block's number, from 1, and an offset in it
	words  []string          // what many accounts have in common
	word   map[string]uint64 // the places of the words
}

// accountBlock is the least size of a block, in bytes.
const accountBlock = 1 << 20

func newPackedAccounts() *packedAccounts {
	seed := maphash.MakeSeed()
	return &packedAccounts{
		hash:   func(email string) uint64 { return maphash.String(seed, email) },
		places: map[uint64]uint64{}, word: map[string]uint64{},
	}
}

// want asks for the account of an address.
func (a *packedAccounts) want(email string) {
	hash := a.hash(email)
	if _, wanted := a.places[hash]; !wanted {
		a.places[hash] = 0
	}
}

// add takes in an account, unless nobody asked for it. Of one that is told twice the last word counts.
func (a *packedAccounts) add(account Account) {
	hash := a.hash(account.Email)
	before, wanted := a.places[hash]
	if !wanted {
		return
	}
	b := make([]byte, 0, 128)
	b = binary.AppendUvarint(b, before)
	b = appendText(b, account.Email)
	b = appendText(b, account.ID)
	b = binary.AppendUvarint(b, a.place(account.Type))
	b = binary.AppendUvarint(b, a.place(account.Source))
	alias := byte(0)
	if account.Alias {
		alias = 1
	}
	b = append(b, alias)
	b = binary.AppendUvarint(b, uint64(len(account.Settings)))
	for f, v := range account.Settings {
		b = binary.AppendUvarint(b, a.place(string(f)))
		b = appendText(b, v)
	}
	a.places[hash] = a.keep(b)
}

// keep stores a packed account and returns its place.
func (a *packedAccounts) keep(b []byte) uint64 {
	last := len(a.blocks) - 1
	if last < 0 || cap(a.blocks[last])-len(a.blocks[last]) < len(b) {
		a.blocks = append(a.blocks, make([]byte, 0, max(accountBlock, len(b))))
		last++
	}
	offset := len(a.blocks[last])
	a.blocks[last] = append(a.blocks[last], b...)
	return uint64(last+1)<<32 | uint64(offset)
}

// place returns the place of a word.
func (a *packedAccounts) place(word string) uint64 {
	n, ok := a.word[word]
	if !ok {
		n = uint64(len(a.words))
		a.words, a.word[word] = append(a.words, word), n
	}
	return n
}

// of returns the account of an address that was asked for, if there is one.
func (a *packedAccounts) of(email string) (Account, bool) {
	for place := a.places[a.hash(email)]; place != 0; {
		u := unpacking(a.blocks[place>>32-1][uint32(place):])
		place = u.number()
		if account := (Account{Email: u.text()}); account.Email == email {
			account.ID, account.Type, account.Source = u.text(), a.words[u.number()], a.words[u.number()]
			account.Alias = u.number() == 1
			account.Settings = Settings{}
			for range u.number() {
				f := Field(a.words[u.number()])
				account.Settings[f] = u.text()
			}
			return account, true
		}
	}
	return Account{}, false
}

func appendText(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// unpacking is what is left of a packed account.
type unpacking []byte

func (u *unpacking) number() uint64 {
	v, n := binary.Uvarint(*u)
	*u = (*u)[n:]
	return v
}

func (u *unpacking) text() string {
	n := u.number()
	text := string((*u)[:n])
	*u = (*u)[n:]
	return text
}
