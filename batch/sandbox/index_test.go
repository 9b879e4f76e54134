package sandbox

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestIndex(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var x index
	var want []string
	for _, n := range random.Perm(10 * chunkSize) {
		address := fmt.Sprintf("u%d@example.com", n)
		if x.find(address) != nil {
			t.Fatalf("%s found before it was inserted", address)
		}
		x.insert(&User{EmailAddress: address})
		want = append(want, address)
	}
	slices.Sort(want)
	if x.size != len(want) || len(x.chunks) < 10 {
		t.Fatalf("size %d in %d chunks, want %d in 10 or more", x.size, len(x.chunks), len(want))
	}
	for _, address := range want {
		if u := x.find(address); u == nil || u.EmailAddress != address {
			t.Fatalf("find(%s) = %v", address, u)
		}
	}
	for _, p := range []struct{ start, n int }{
		{0, 1}, {0, len(want)}, {len(want) - 1, 5}, {len(want), 5}, {len(want) + 5, 5}, {chunkSize - 1, 3 * chunkSize}, {77, 500},
	} {
		var got []string
		for _, u := range x.page(p.start, p.n) {
			got = append(got, u.EmailAddress)
		}
		from := min(p.start, len(want))
		if diff := cmp.Diff(append([]string(nil), want[from:min(from+p.n, len(want))]...), got); diff != "" {
			t.Errorf("page(%d, %d) (-want +got):\n%s", p.start, p.n, diff)
		}
	}
}

func TestIndexOfNothing(t *testing.T) {
	var x index
	if x.find("a@example.com") != nil || x.page(0, 10) != nil {
		t.Error("something was found in an empty index")
	}
}

// million is a directory of a million accounts.
func million() *directory {
	t := &Tenant{AccountCode: "CTEST1", Domains: []Domain{{Domain: "example.com"}}}
	for i := range 1_000_000 {
		t.Users = append(t.Users, User{EmailAddress: fmt.Sprintf("u%07d@example.com", i)})
	}
	return newDirectory(t)
}

func BenchmarkPageOfMillion(b *testing.B) {
	d := million()
	start := 0
	for b.Loop() {
		if rows := d.accounts("example.com").page(start, maxPage); len(rows) == 0 {
			b.Fatal("no rows")
		}
		start = (start + 7919*maxPage) % 1_000_000
	}
}

func BenchmarkInsertIntoMillion(b *testing.B) {
	d := million()
	random := rand.New(rand.NewPCG(1, 2))
	for i := 0; b.Loop(); i++ {
		d.insert(User{EmailAddress: fmt.Sprintf("u%07d.%d@example.com", random.IntN(1_000_000), i)})
	}
}
