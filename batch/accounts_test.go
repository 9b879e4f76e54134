package batch

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// What was told last of an address that was asked for is found, and nothing of any other, even if all addresses share a hash.
func TestAccountsAreThoseAskedFor(t *testing.T) {
	for _, tt := range []struct {
		name string
		hash func(string) uint64 // nil for the usual one
	}{
		{"hashed", nil},
		{"all of one hash", func(string) uint64 { return 7 }},
		{"pairs of one hash", func(email string) uint64 { return uint64(len(email)) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			a := newPackedAccounts()
			if tt.hash != nil {
				a.hash = tt.hash
			}
			wanted, want := map[string]bool{}, map[string]Account{}
			for i := range 200 {
				if email := fmt.Sprintf("p%d@example.com", i); r.IntN(2) == 0 {
					wanted[email] = true
					a.want(email)
				}
			}
			for range 300 {
				account := randomAccount(r)
				a.add(account)
				if wanted[account.Email] {
					want[account.Email] = account
				}
			}
			for email := range wanted {
				got, there := a.of(email)
				expected, ok := want[email]
				if there != ok {
					t.Errorf("%s is there: %t, want %t", email, there, ok)
				}
				if d := cmp.Diff(expected, got); d != "" {
					t.Errorf("%s (-want +got)\n%s", email, d)
				}
			}
			if _, there := a.of("nobody@example.org"); there {
				t.Error("somebody was never told of and is there")
			}
		})
	}
}

func randomAccount(r *rand.Rand) Account {
	one := func(texts ...string) string { return texts[r.IntN(len(texts))] }
	a := Account{
		Email: fmt.Sprintf("p%d@example.com", r.IntN(200)), ID: one("", "", "eNo1"), Settings: Settings{},
		Type: one("", typeByEmail, "created_manually", typeList), Source: one("", "cloud", "ldap"), Alias: r.IntN(5) == 0,
	}
	for _, f := range []Field{Username, AccountDisabled} {
		if r.IntN(2) == 0 {
			a.Settings[f] = one("", "Zoë Ünal", "true", string(make([]byte, 300)))
		}
	}
	return a
}

// An account that is longer than a block has one of its own, and leaves the others as they are.
func TestAccountsOfAnyLength(t *testing.T) {
	a := newPackedAccounts()
	for i := range 5 {
		a.want(fmt.Sprint(i, "@example.com"))
	}
	name := func(i int) string { return string(make([]byte, accountBlock/2*i)) }
	for i := range 5 {
		a.add(Account{Email: fmt.Sprint(i, "@example.com"), Settings: Settings{Username: name(i)}})
	}
	for i := range 5 {
		if got, there := a.of(fmt.Sprint(i, "@example.com")); !there || got.Settings[Username] != name(i) {
			t.Errorf("%d: there: %t, a name of %d bytes", i, there, len(got.Settings[Username]))
		}
	}
}

// What an account takes while a plan is made, so that a million of them leave room in 300 MB for the rest.
func TestAccountsTakeLittle(t *testing.T) {
	const people, most = 100_000, 130 // bytes
	before := heap()
	a := newPackedAccounts()
	for i := range people {
		a.want(manyAccount(i).Email)
	}
	for i := range people {
		a.add(manyAccount(i))
	}
	if each := (int64(heap()) - int64(before)) / people; each > most {
		t.Errorf("an account takes %d bytes, want at most %d", each, most)
	}
	runtime.KeepAlive(a)
}

// BenchmarkAccounts takes in and finds accounts as a plan does, each wanted once.
func BenchmarkAccounts(b *testing.B) {
	a := newPackedAccounts()
	for i := range b.N {
		a.want(manyAccount(i).Email)
	}
	for i := range b.N {
		a.add(manyAccount(i))
	}
	for i := range b.N {
		if _, there := a.of(manyAccount(i).Email); !there {
			b.Fatal("an account is not there")
		}
	}
	bytesEach(b)
	runtime.KeepAlive(a)
}

// The baseline of BenchmarkAccounts: accounts as they are.
func BenchmarkAccountsBaselineMap(b *testing.B) {
	a, wanted := map[string]Account{}, map[string]bool{}
	for i := range b.N {
		wanted[manyAccount(i).Email] = true
	}
	for i := range b.N {
		if account := manyAccount(i); wanted[account.Email] {
			a[account.Email] = account
		}
	}
	for i := range b.N {
		if _, there := a[manyAccount(i).Email]; !there {
			b.Fatal("an account is not there")
		}
	}
	bytesEach(b)
	runtime.KeepAlive(a)
	runtime.KeepAlive(wanted)
}

// bytesEach reports what is held for each of the accounts.
func bytesEach(b *testing.B) {
	b.StopTimer()
	b.ReportMetric(float64(heap())/float64(b.N), "held-B/op")
}

// heap is how much memory is in use, in bytes.
func heap() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// manyAccount is one of a million.
func manyAccount(i int) Account {
	return Account{
		Email: fmt.Sprintf("first.lastname.%07d@example.com", i), Settings: Settings{Username: fmt.Sprintf("First Lastname %07d", i)},
		Type: "created_manually", Source: "cloud",
	}
}
