package sandbox

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// Each function tells what it needs, and refuses a call with one object more than it takes.
func TestTable(t *testing.T) {
	s := New(Options{})
	seen := make(map[string]bool)
	for _, fn := range s.table() {
		if fn.product == "" || fn.permission == "" || fn.most < fn.least || seen[fn.path] {
			t.Errorf("%s: product %q, permission %q, %d to %d objects", fn.path, fn.product, fn.permission, fn.least, fn.most)
		}
		seen[fn.path] = true
		a := fn.run(request{data: make([]object, fn.most+1)})
		if a.status != http.StatusOK || len(a.executed) > 0 {
			t.Errorf("%s: HTTP %d, executed %v with %d objects", fn.path, a.status, a.executed, fn.most+1)
		}
	}
}

// Who lacks something is told so in the form that the path, or the generation of the API, has for it.
func TestWithoutInOtherForms(t *testing.T) {
	for _, tt := range []struct {
		name, method, path, scheme string
		status                     int
		body                       string
	}{
		{readInternal, http.MethodGet, "/user/cloud-gateway/v1/users", "Bearer", http.StatusForbidden,
			`{"errors":[{"code":"err_xdk_operation_forbidden_for_address","message":"0003 Forbidden To Perform Operation For Address"}]}`},
		{productUsers, http.MethodPost, "/api/user/update-user", "Bearer", http.StatusForbidden, `{"fail":[{"code":"app_forbidden"`},
		{productUsers, http.MethodPost, "/api/user/update-user", "MC", http.StatusNotFound, `{"meta":{"status":404},"data":[],"fail":[{"errors"`},
		{editInternal, http.MethodPost, "/api/user/update-user", "MC", http.StatusOK, `{"meta":{"status":200},"data":[],"fail":[{"errors"`},
	} {
		s := New(Options{Without: []string{tt.name}})
		r := httptest.NewRequest(tt.method, tt.path, strings.NewReader(`{}`))
		r.Header.Set("Authorization", tt.scheme+" x")
		a, lacks := s.routes[tt.path].withheld(r, s.options.Without)
		if !lacks || a.status != tt.status || !strings.HasPrefix(string(a.body), tt.body) {
			t.Errorf("without %s, %s %s: HTTP %d %s, want %d %s", tt.name, tt.scheme, tt.path, a.status, a.body, tt.status, tt.body)
		}
	}
}

// Who lacks a product or a permission is told so, and nothing is executed.
func TestWithoutPermission(t *testing.T) {
	for name, want := range map[string]string{
		editInternal: "err_xdk_operation_forbidden_for_address",
		productUsers: "app_forbidden",
		readInternal: "",
	} {
		s := New(Options{Without: []string{name}})
		server := httptest.NewServer(s)
		defer server.Close()
		token := s.tokens.issue(time.Now().Add(time.Hour))
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/api/user/update-user", strings.NewReader(`{"data":[{"emailAddress":"postmaster@example.com"}]}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+token)
		answer, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		refused := strings.Contains(string(body), `"code"`)
		if refused != (want != "") || !strings.Contains(string(body), want) {
			t.Errorf("without %s: %s, want code %q", name, body, want)
		}
		if executed := s.Stats().Calls["update-user"] > 0; executed == refused {
			t.Errorf("without %s: executed %v, refused %v", name, executed, refused)
		}
	}
	if _, err := Make(Options{Without: []string{"Directories"}}); err == nil {
		t.Error("a permission that nothing needs was taken")
	}
}
