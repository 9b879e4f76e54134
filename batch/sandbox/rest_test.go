package sandbox_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"mimebatch/batch/sandbox"
)

const restUsers = "/user/cloud-gateway/v1/users"

func TestRESTUsers(t *testing.T) {
	c := serve(t, sandbox.Options{Tenant: many(250)})
	var pages []int
	var addresses []string
	for query := "?pageSize=100"; query != ""; {
		r := c.do(http.MethodGet, restUsers+query, "", c.authorized())
		var page struct {
			Users []struct {
				ID, EmailAddress, AddressType, Source string
				IsAlias                               *bool
			}
			Meta struct{ NextPage string }
		}
		r.decode(t, &page)
		for _, u := range page.Users {
			if len(u.ID) < 100 || u.AddressType != "created_manually" || u.Source != "cloud" || u.IsAlias == nil {
				t.Fatalf("row %+v", u)
			}
			addresses = append(addresses, u.EmailAddress)
		}
		pages = append(pages, len(page.Users))
		query = ""
		if page.Meta.NextPage != "" {
			query = "?pageSize=100&pageToken=" + url.QueryEscape(page.Meta.NextPage)
		}
	}
	if len(pages) != 3 || len(addresses) != len(c.server.Tenant().Users) {
		t.Errorf("pages %v, %d addresses of %d", pages, len(addresses), len(c.server.Tenant().Users))
	}
	for _, query := range []string{"?pageSize=0", "?pageSize=101", "?pageSize=x", "?pageToken=x", "?pageToken=MDpudWxs"} {
		r := c.do(http.MethodGet, restUsers+query, "", c.authorized())
		if r.status != http.StatusBadRequest || !strings.Contains(string(r.body), `{"errors":[{"code":"invalid_value"`) {
			t.Errorf("%s: HTTP %d %s", query, r.status, r.body)
		}
	}
	if r := c.post(restUsers, `{}`); r.status != http.StatusMethodNotAllowed {
		t.Errorf("POST: HTTP %d, want 405", r.status)
	}
}
