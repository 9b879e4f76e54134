package sandbox

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"testing"
)

const millionUsers = 1_000_000

// tenantFile is the file of a tenant with so many users, each with an address, a name and the rest as it is written.
func tenantFile(t testing.TB, users int) io.Reader {
	r, w := io.Pipe()
	t.Cleanup(func() { r.Close() })
	go func() {
		out := bufio.NewWriterSize(w, 1<<16)
		fmt.Fprint(out, `{"accountCode":"CTEST1","accountName":"","domains":[{"domain":"example.com"},{"domain":"example.net"}],"users":[`)
		comma := ""
		for i := range users {
			fmt.Fprintf(out, `%s{"emailAddress":"first.lastname.%07d@example.%s","name":"First Lastname %07d","addressType":"created_manually",`+
				`"source":"cloud","alias":false,"forcePasswordChange":false,"passwordNeverExpires":false,"accountLocked":false,`+
				`"accountDisabled":false,"allowPop":false,"allowSmtp":false,"archiveStartDate":"","passwordChanges":0}`,
				comma, i, []string{"com", "net"}[i%2], i)
			comma = ",\n"
		}
		fmt.Fprint(out, `]}`)
		w.CloseWithError(out.Flush())
	}()
	return r
}

// What a user takes, so that a million of them and what is needed to read them fit in 1 GiB.
func TestUsersTakeLittle(t *testing.T) {
	const users, most = 50_000, 350 // bytes
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	tenant, err := ReadTenant(tenantFile(t, users))
	if err != nil {
		t.Fatal(err)
	}
	s := New(Options{Tenant: tenant})
	tenant = nil
	if each := (int64(heap()) - int64(before)) / users; each > most {
		t.Errorf("a user takes %d bytes, want at most %d", each, most)
	}
	runtime.KeepAlive(s)
}

// million is a directory of a million accounts.
func million(t testing.TB) *directory {
	tenant, err := ReadTenant(tenantFile(t, millionUsers))
	if err != nil {
		t.Fatal(err)
	}
	return newDirectory(tenant)
}

// BenchmarkServeMillion reads a tenant of a million users, and makes a server of it: live-MB is what it holds then, sys-MB the
// most that was taken from the system on the way.
func BenchmarkServeMillion(b *testing.B) {
	var live, sys runtime.MemStats
	for b.Loop() {
		tenant, err := ReadTenant(tenantFile(b, millionUsers))
		if err != nil {
			b.Fatal(err)
		}
		s := New(Options{Tenant: tenant})
		runtime.ReadMemStats(&sys)
		tenant = nil
		runtime.GC()
		runtime.ReadMemStats(&live)
		runtime.KeepAlive(s)
	}
	b.ReportMetric(float64(live.HeapAlloc)/(1<<20), "live-MB")
	b.ReportMetric(float64(sys.Sys)/(1<<20), "sys-MB")
}

func BenchmarkPageOfMillion(b *testing.B) {
	d := million(b)
	start := 0
	for b.Loop() {
		if rows := d.accounts("").page(start, maxPage); len(rows) == 0 {
			b.Fatal("no rows")
		}
		start = (start + 7919*maxPage) % millionUsers
	}
}

func BenchmarkInsertIntoMillion(b *testing.B) {
	d := million(b)
	for i := 0; b.Loop(); i++ {
		d.insert(&User{EmailAddress: fmt.Sprintf("first.lastname.%07d.%d@example.com", i*7919%millionUsers, i)})
	}
}

// BenchmarkListMillion lists a million users as a client does: a page of 500 after the other.
func BenchmarkListMillion(b *testing.B) {
	s := New(Options{})
	s.directory = million(b)
	size := maxPage
	for b.Loop() {
		asked, rows := request{pageSize: &size}, 0
		for {
			var e envelope
			if err := json.Unmarshal(s.getInternalUsers(asked).body, &e); err != nil {
				b.Fatal(err)
			}
			rows += e.Meta.Pagination.PageSize
			if asked.pageToken = e.Meta.Pagination.Next; asked.pageToken == "" {
				break
			}
		}
		if rows != s.directory.all.size {
			b.Fatalf("%d rows, want %d", rows, s.directory.all.size)
		}
	}
}
