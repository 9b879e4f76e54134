package mimecast

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"mimebatch/batch"
)

// What a function of the purge list answers is not documented: nothing but an answer that names the address is a success.
func TestPurgeAnswers(t *testing.T) {
	const ours = `{"emailAddresses":["ana@example.com"]}`
	ok := func(data string) string { return `{"meta":{"status":200},"data":[` + data + `],"fail":[]}` }
	fail := func(key, code string) string {
		return `{"meta":{"status":200},"data":[],"fail":[{"key":` + key + `,"errors":[{"code":"` + code + `","message":"m"}]}]}`
	}
	for _, tt := range []struct {
		name   string
		kind   batch.StepKind // StepPurge unless told
		status int            // 200 unless told
		body   string
		want   batch.Verdict
		code   string
		hint   string // part of it
	}{
		{name: "named", body: ok(ours), want: batch.Done},
		{name: "named in another case", body: ok(`{"emailAddresses":["Ana@EXAMPLE.com"]}`), want: batch.Done},
		{name: "named by itself", body: ok(`{"emailAddress":"ana@example.com"}`), want: batch.Done},
		{name: "named among others", body: ok(`{"emailAddresses":["bob@example.com","ana@example.com"]}`), want: batch.Done},
		{name: "taken off", kind: batch.StepUnpurge, body: ok(ours), want: batch.Done},
		{name: "nobody is named", body: ok(``), want: batch.Unknown, code: codeNoEntry},
		{name: "an empty entry", body: ok(`{}`), want: batch.Unknown, code: codeNoEntry},
		{name: "an empty list", body: ok(`{"emailAddresses":[]}`), want: batch.Unknown, code: codeNoEntry},
		{name: "somebody else is named", body: ok(`{"emailAddresses":["bob@example.com"]}`), want: batch.Unknown, code: codeNoEntry},
		{name: "a success without a name", body: ok(`{"id":"x","success":true}`), want: batch.Unknown, code: codeNoEntry},
		{name: "named, with success", body: ok(`{"emailAddress":"ana@example.com","success":true}`), want: batch.Done},
		{name: "named, without success", body: ok(`{"emailAddress":"ana@example.com","success":false}`), want: batch.Unknown, code: codeNoEntry},
		{name: "named as a text", body: ok(`{"emailAddresses":"ana@example.com"}`), want: batch.Unknown, code: codeNoEntry},
		{name: "named in an object", body: ok(`{"emailAddresses":[{"emailAddress":"ana@example.com"}]}`), want: batch.Unknown, code: codeNoEntry},
		{name: "a bare text", body: ok(`"ana@example.com"`), want: batch.Unknown, code: codeNoEntry},
		{name: "no envelope", body: `{"success":true}`, want: batch.Unknown},
		{name: "named, and meta.status 500", body: `{"meta":{"status":500},"data":[` + ours + `],"fail":[]}`, want: batch.Unknown},
		{name: "named and refused", body: `{"meta":{"status":200},"data":[` + ours + `],"fail":[{"key":` + ours + `,"errors":[{"code":"c"}]}]}`, want: batch.Unknown, code: codeContradictory},

		{name: "refused", body: fail(ours, codeForbiddenForAddress), want: batch.Refused, code: codeForbiddenForAddress},
		{name: "refused for a reason that isn't known", body: fail(ours, "err_new"), want: batch.Refused, code: "err_new", hint: "administrators"},
		{name: "refused to be taken off", kind: batch.StepUnpurge, body: fail(ours, "err_new"), want: batch.Refused, code: "err_new", hint: "support"},
		{name: "somebody else is refused", body: fail(`{"emailAddresses":["bob@example.com"]}`, "err_new"), want: batch.Unknown, code: codeNoEntry},
		{name: "refused for want of the product", status: 403, body: `{"fail":[{"code":"app_forbidden"}]}`, want: batch.Fatal, code: codeAppForbidden},
		{name: "throttled", status: 429, body: `{}`, want: batch.Throttled},
		{name: "server error", status: 503, body: ``, want: batch.Unknown},

		{name: "there already", body: fail(ours, "err_purge_address_already_exists"), want: batch.Done, code: batch.CodeAsAsked},
		{name: "there already, whoever that is", body: fail(`null`, "err_purge_address_already_exists"), want: batch.Refused, code: "err_purge_address_already_exists"},
		{name: "there already, and forbidden", want: batch.Refused,
			body: `{"meta":{"status":200},"data":[],"fail":[{"key":` + ours + `,"errors":[{"code":"err_x_already_exists"},{"code":"err_new"}]}]}`},
		{name: "something exists", body: fail(ours, "err_hold_exists"), want: batch.Refused, code: "err_hold_exists"},
		{name: "there already, and to be taken off", kind: batch.StepUnpurge, body: fail(ours, "err_purge_address_already_exists"), want: batch.Refused},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.kind == "" {
				tt.kind = batch.StepPurge
			}
			var path, sent string
			service := serve(t, func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				path, sent = r.URL.Path, string(body)
				if tt.status != 0 {
					w.WriteHeader(tt.status)
				}
				_, _ = io.WriteString(w, tt.body)
			})
			got := client(t, service.URL).Do(t.Context(), []batch.Step{{Kind: tt.kind, Email: "ana@example.com"}})
			if len(got) != 1 {
				t.Fatalf("%d replies", len(got))
			}
			r := got[0]
			if r.Verdict != tt.want || tt.code != "" && r.Reason.Code != tt.code || !strings.Contains(r.Reason.Hint, tt.hint) {
				t.Errorf("%s, %+v; want %s, %s", r.Verdict, r.Reason, tt.want, tt.code)
			}
			if want := map[batch.StepKind]string{batch.StepPurge: "add-to", batch.StepUnpurge: "remove-from"}[tt.kind]; path != "/api/user/"+want+"-purge-list" {
				t.Errorf("called %s", path)
			}
			if want := `{"data":[{"emailAddresses":["ana@example.com"]}]}`; sent != want {
				t.Errorf("sent %s, want %s", sent, want)
			}
		})
	}
}

// One address goes into a call.
func TestPurgeBatch(t *testing.T) {
	c := client(t, DefaultBaseURL)
	if c.Batch(batch.StepPurge) != 1 || c.Batch(batch.StepUnpurge) != 1 {
		t.Error("more than one address in a call")
	}
}
