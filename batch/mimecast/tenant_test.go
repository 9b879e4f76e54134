package mimecast

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch"
)

func TestTenant(t *testing.T) {
	t.Run("by account", func(t *testing.T) {
		var body string
		c := recordBody(t, &body, `{"meta":{"status":200},"fail":[],"data":[{"region":"eu","accountCode":"C0A0","accountName":"Example\u001b[2J Ltd",
			"type":"full","userCount":7,"passphrase":"canary-passphrase","supportCode":"canary-0000"}]}`)
		got, err := c.Tenant(t.Context())
		want := batch.Tenant{Key: "account:C0A0", Account: "C0A0", Name: "Example[2J Ltd", BaseURL: c.baseURL()}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("error %v, tenant (-want +got):\n%s", err, diff)
		}
		if want := `/api/account/get-account {"data":[]}`; body != want {
			t.Errorf("sent %s, want %s", body, want)
		}
	})
	for name, answer := range map[string]http.HandlerFunc{
		"app forbidden": say(403, `{"fail":[{"code":"app_forbidden","message":"m"}]}`),
		"forbidden":     say(403, ``),
		"not found":     say(404, ``),
		"refused":       say(200, forbiddenAna),
	} {
		t.Run("by client, "+name, func(t *testing.T) {
			s := serve(t, answer)
			sandboxed := func(c *Config) { c.Sandbox = true }
			got, err := client(t, s.URL, sandboxed).Tenant(t.Context())
			if err != nil || !strings.HasPrefix(got.Key, "client:") || len(got.Key) != len("client:")+16 {
				t.Fatalf("error %v, tenant %+v", err, got)
			}
			if want := (batch.Tenant{Key: got.Key, BaseURL: s.URL, Sandbox: true}); got != want {
				t.Errorf("tenant is %+v, want %+v", got, want)
			}
			again, err := client(t, s.URL+"/", sandboxed).Tenant(t.Context())
			if err != nil || again != got {
				t.Errorf("another time: error %v, tenant %+v, want %+v", err, again, got)
			}
		})
	}
	t.Run("no region, forbidden", func(t *testing.T) {
		got, err := discovering(t, say(403, noProduct)).Tenant(t.Context())
		ce, ok := errors.AsType[*batch.CallError](err)
		if !ok || !ce.Fatal() || ce.Reply.Reason.Code != codeNoRegion || !strings.Contains(err.Error(), "app_forbidden") {
			t.Errorf("error %v, tenant %+v", err, got)
		}
	})
	base, err := parseBase("https://API.example.com/x")
	if err != nil {
		t.Fatal(err)
	}
	// The first 16 digits of SHA-256 of "api.example.com\nid-1".
	if got, want := clientKey(base, batch.NewSecret("id-1")), "client:a4bceb06c393e24e"; got != want {
		t.Errorf("key is %s, want %s", got, want)
	}
}
