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
	var x index[*User]
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
	var x index[*User]
	if x.find("a@example.com") != nil || x.page(0, 10) != nil {
		t.Error("something was found in an empty index")
	}
}

func TestIndexRemove(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	var x index[*User]
	for n := range 5 * chunkSize {
		x.insert(&User{EmailAddress: fmt.Sprintf("u%05d@example.com", n)})
	}
	if len(x.chunks) != 5 {
		t.Errorf("%d chunks of what came in order, want 5 full ones", len(x.chunks))
	}
	left := 5 * chunkSize
	for _, n := range random.Perm(5 * chunkSize) {
		address := fmt.Sprintf("u%05d@example.com", n)
		x.remove(address)
		x.remove(address) // it is not there any more
		left--
		if x.find(address) != nil || x.size != left {
			t.Fatalf("%s is still there, or size %d is not %d", address, x.size, left)
		}
		if left%997 == 0 && len(x.page(0, x.size)) != left {
			t.Fatalf("a page of all has %d entries, want %d", len(x.page(0, x.size)), left)
		}
	}
	if len(x.chunks) != 0 {
		t.Errorf("%d chunks are left of nothing", len(x.chunks))
	}
}
