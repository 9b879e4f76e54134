package sandbox_test

import (
	"bytes"
	"compress/zlib"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"mimebatch/batch/sandbox"
)

// A recording is an exchange with the service as it was seen or is documented, told anew for a tenant of our own.
type recording struct {
	Setup      []ask             // what has to be done before
	Quota      string            // of each function; "" is the usual one
	Fault      string            // what is to go wrong, as ParseFault reads it
	Keys       sandbox.Keys      // of a request that is signed already
	ClientOnly string            `json:"client_only"` // why the request is not one for the sandbox
	Free       map[string]string // paths of the answer, or headers, that say nothing, and why
	Request    ask
	Response   struct {
		Status  int
		Headers map[string]string
		Body    json.RawMessage
	}
}

// An ask is one request. In its body {{name}} stands for what was kept before.
type ask struct {
	Method, Path, Auth string
	Headers            map[string]string
	Body               json.RawMessage   // JSON, or text in a JSON string
	Keep               map[string]string // names for what the answer holds at a path
}

// recordedAt is when the recordings are replayed: the signed one is from then.
var recordedAt = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// recordedTenant is the tenant that the recordings tell of.
const recordedTenant = `{
	"accountCode": "CEXMP7A201", "accountName": "Example Company",
	"domains": [
		{"domain": "example.com", "inboundType": "known"},
		{"domain": "example.net", "inboundType": "known", "sendOnly": true},
		{"domain": "example.org", "inboundType": "known"}
	],
	"passwordPolicy": {"minLength": 8, "classes": 3},
	"users": [
		{"emailAddress": "mira.vogt@example.com", "name": "Mira Vogt"},
		{"emailAddress": "mira@example.com", "name": "Mira Vogt", "alias": true},
		{"emailAddress": "tomas.reyes@example.com", "name": "Tomas Reyes"},
		{"emailAddress": "flow@example.com", "addressType": "created_by_email"},
		{"emailAddress": "ida.moss@example.com", "name": "Ida Moss", "addressType": "created_by_ldap_sync", "source": "ldap"},
		{"emailAddress": "staff@example.com", "name": "All staff", "addressType": "dl_from_ldap", "source": "ldap"},
		{"emailAddress": "press@example.com", "name": "Printer firm", "addressType": "contact_from_ldap", "source": "ldap"},
		{"emailAddress": "journaling@example.org", "name": "journaling"}
	],
	"attributes": [{"id": 1, "name": "department"}]
}`

// The sandbox answers each recorded request in the shape of the recorded answer, out of its own state.
func TestRecordedRequests(t *testing.T) {
	files, err := filepath.Glob("../../testdata/api/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recordings: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var rec recording
			if err := json.Unmarshal(b, &rec); err != nil {
				t.Fatal(err)
			}
			if rec.ClientOnly == "" {
				rec.replay(t)
			}
		})
	}
}

// replay asks a sandbox what the recording asks, and compares the answers.
func (rec recording) replay(t *testing.T) {
	tenant, err := sandbox.ReadTenant(strings.NewReader(recordedTenant))
	if err != nil {
		t.Fatal(err)
	}
	o := sandbox.Options{Tenant: tenant, Keys: rec.Keys, Now: func() time.Time { return recordedAt }}
	if rec.Quota != "" {
		if o.Quota, err = sandbox.ParseQuota(rec.Quota); err != nil {
			t.Fatal(err)
		}
	}
	p := &player{client: serve(t, o), kept: map[string]string{}}
	for _, a := range rec.Setup {
		r := p.ask(a)
		if r.status != http.StatusOK || bytes.Contains(r.body, []byte(`"code"`)) {
			t.Fatalf("setup: %s is answered HTTP %d %s", a.Path, r.status, r.body)
		}
		p.keep(a, r)
	}
	if rec.Fault != "" {
		f, err := sandbox.ParseFault(rec.Fault)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.client.server.Inject(f); err != nil {
			t.Fatal(err)
		}
	}
	got := p.ask(rec.Request)
	if got.err != nil {
		t.Fatal(got.err)
	}
	c := comparison{free: rec.Free}
	c.compareHeads(rec.Response.Status, rec.Response.Headers, got)
	c.compareBodies(p.fill(rec.Response.Body), got.body)
	for _, d := range c.differences {
		t.Error(d)
	}
	if t.Failed() {
		t.Logf("the answer is HTTP %d %s", got.status, got.body)
	}
}

// A player sends what recordings ask.
type player struct {
	client *client
	kept   map[string]string
}

func (p *player) ask(a ask) reply {
	p.client.t.Helper()
	body := p.fill(a.Body)
	var text string
	if json.Unmarshal(body, &text) == nil {
		body = []byte(text)
	}
	h := http.Header{}
	for name, value := range a.Headers {
		h.Set(name, value)
	}
	p.authorize(a, h)
	return p.client.do(a.Method, a.Path, string(body), h)
}

// fill puts what was kept into a body.
func (p *player) fill(body json.RawMessage) []byte {
	s := string(body)
	for name, value := range p.kept {
		s = strings.ReplaceAll(s, "{{"+name+"}}", value)
	}
	return []byte(s)
}

func (p *player) keep(a ask, r reply) {
	p.client.t.Helper()
	for name, path := range a.Keep {
		var v any
		r.decode(p.client.t, &v)
		for step := range strings.SplitSeq(path, ".") {
			switch in := v.(type) {
			case map[string]any:
				v = in[step]
			case []any:
				if n, err := strconv.Atoi(step); err == nil && n < len(in) {
					v = in[n]
				}
			}
		}
		s, ok := v.(string)
		if !ok {
			p.client.t.Fatalf("setup: no text at %s of %s", path, r.body)
		}
		p.kept[name] = s
	}
}

// authorize proves who is calling, or what passes for it.
func (p *player) authorize(a ask, h http.Header) {
	p.client.t.Helper()
	keys := sandbox.DefaultKeys
	switch a.Auth {
	case "none", "as sent":
		return
	case "bearer":
		h.Set("Authorization", "Bearer "+p.client.token)
		return
	case "bearer revoked":
		p.client.server.RevokeTokens()
		h.Set("Authorization", "Bearer "+p.client.token)
		return
	case "bearer unknown":
		h.Set("Authorization", "Bearer given-out-by-nobody")
		return
	case "hmac":
	case "hmac unknown app":
		keys.AppID = "app-7f31"
	case "hmac other app key":
		keys.AppKey = "another"
	case "hmac other secret key":
		keys.SecretKey = base64.StdEncoding.EncodeToString([]byte("another"))
	case "hmac unknown access key":
		keys.AccessKey = "another"
	default:
		p.client.t.Fatalf("unknown auth %q", a.Auth)
	}
	secret, err := base64.StdEncoding.DecodeString(keys.SecretKey)
	if err != nil {
		p.client.t.Fatal(err)
	}
	date, id := recordedAt.Format("Mon, 02 Jan 2006 15:04:05 UTC"), fmt.Sprintf("request-%d", len(p.kept))
	mac := hmac.New(sha1.New, secret)
	fmt.Fprintf(mac, "%s:%s:%s:%s", date, id, a.Path, keys.AppKey)
	h.Set("Authorization", "MC "+keys.AccessKey+":"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	h.Set("x-mc-date", date)
	h.Set("x-mc-req-id", id)
	h.Set("x-mc-app-id", keys.AppID)
}

// A comparison gathers in what an answer differs in shape from the recorded one. Values are compared where they are facts of
// the service: the status, and refusals with what they repeat of the request.
type comparison struct {
	free        map[string]string
	differences []string
}

func (c *comparison) differ(format string, args ...any) {
	c.differences = append(c.differences, fmt.Sprintf(format, args...))
}

func (c *comparison) isFree(path string) bool { return c.free[path] != "" }

func (c *comparison) compareHeads(status int, headers map[string]string, got reply) {
	if got.status != status {
		c.differ("HTTP %d, recorded is %d", got.status, status)
	}
	for name, recorded := range headers {
		value := got.header.Get(name)
		n, err := strconv.Atoi(value)
		switch {
		case c.isFree(name):
			if value == "" {
				c.differ("%s is missing", name)
			}
		case name == "Content-Type":
			if media, _, err := mime.ParseMediaType(value); err != nil || media != recorded {
				c.differ("%s is %q, recorded is %q", name, value, recorded)
			}
		case name == "X-RateLimit-Limit":
			if value != recorded {
				c.differ("%s is %q, recorded is %q", name, value, recorded)
			}
		case strings.HasPrefix(name, "X-RateLimit-"):
			if most := 5000; err != nil || n < 0 || n > most {
				c.differ("%s is %q, want a number up to %d", name, value, most)
			}
		case value == "":
			c.differ("%s is missing", name)
		}
	}
}

func (c *comparison) compareBodies(recorded, got []byte) {
	if c.isFree("") {
		return
	}
	if len(recorded) == 0 {
		if len(got) > 0 {
			c.differ("body %s, recorded is none", got)
		}
		return
	}
	var r, g any
	if err := json.Unmarshal(recorded, &r); err != nil {
		c.differ("recorded body: %v", err)
		return
	}
	if err := json.Unmarshal(got, &g); err != nil {
		c.differ("body: %v", err)
		return
	}
	c.compare("", r, g)
	c.countRows(g)
}

// compare compares two JSON values. The elements of a list share its path.
func (c *comparison) compare(path string, recorded, got any) {
	if path != "" && c.isFree(path) {
		return
	}
	if r, g := typeOf(recorded), typeOf(got); r != g {
		c.differ("%s is %s, recorded is %s", path, g, r)
		return
	}
	exact := path == "meta.status" || path == "fail" || strings.HasPrefix(path, "fail.")
	switch r := recorded.(type) {
	case map[string]any:
		c.compareObjects(path, r, got.(map[string]any))
	case []any:
		c.compareLists(path, r, got.([]any), exact)
	default:
		if exact && !reflect.DeepEqual(recorded, got) {
			c.differ("%s is %v, recorded is %v", path, got, recorded)
		}
	}
}

func (c *comparison) compareObjects(path string, recorded, got map[string]any) {
	for _, name := range slices.Sorted(maps.Keys(recorded)) {
		if v, ok := got[name]; ok {
			c.compare(join(path, name), recorded[name], v)
		} else if !c.isFree(join(path, name)) {
			c.differ("%s is missing", join(path, name))
		}
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if _, ok := recorded[name]; !ok && !c.isFree(join(path, name)) && !c.isFree(join(path, "*")) {
			c.differ("%s is not in the recorded answer", join(path, name))
		}
	}
}

// compareLists compares every element with the recorded one of its place, or with the first where places mean nothing.
func (c *comparison) compareLists(path string, recorded, got []any, exact bool) {
	if (len(recorded) == 0) != (len(got) == 0) || exact && len(recorded) != len(got) {
		c.differ("%s holds %d, recorded are %d", path, len(got), len(recorded))
		return
	}
	for i, g := range got {
		if exact {
			c.compare(path, recorded[i], g)
		} else {
			c.compare(path, recorded[0], g)
		}
	}
}

// countRows checks that a page tells its own size.
func (c *comparison) countRows(body any) {
	top, _ := body.(map[string]any)
	meta, _ := top["meta"].(map[string]any)
	pagination, ok := meta["pagination"].(map[string]any)
	if !ok {
		return
	}
	rows := 0
	data, _ := top["data"].([]any)
	for _, d := range data {
		entry, _ := d.(map[string]any)
		listed := false
		for _, v := range entry {
			if list, ok := v.([]any); ok {
				rows += len(list)
				listed = true
			}
		}
		if !listed {
			rows++
		}
	}
	if pagination["pageSize"] != float64(rows) {
		c.differ("meta.pagination.pageSize is %v, and the page has %d rows", pagination["pageSize"], rows)
	}
}

func join(path, name string) string { return strings.TrimPrefix(path+"."+name, ".") }

// typeOf tells the type of a JSON value; of texts that are made in a certain way, that way.
func typeOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "null"
	case string:
		if keys := secureID(v); keys != "" {
			return "a secure id of " + keys
		}
		if _, err := time.Parse("2006-01-02T15:04:05-0700", v); err == nil {
			return "a time"
		}
		if u, err := url.Parse(v); err == nil && u.IsAbs() && u.Host != "" {
			return "a URL"
		}
		return "text"
	}
	return reflect.TypeOf(v).String()
}

// secureID returns the names that lie in an opaque id, "" if the text is none.
func secureID(s string) string {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return ""
	}
	z, err := zlib.NewReader(bytes.NewReader(raw))
	if err != nil {
		return ""
	}
	var id map[string]any
	if err := json.NewDecoder(io.LimitReader(z, 1<<16)).Decode(&id); err != nil {
		return ""
	}
	return strings.Join(slices.Sorted(maps.Keys(id)), " ")
}

// A comparison that sees nothing would let every answer pass.
func TestComparisonSeesDifferences(t *testing.T) {
	const (
		recorded = `{"meta":{"status":200,"pagination":{"pageSize":1}},"data":[{"rows":[{"a":"x","at":"2026-03-02T10:00:00+0000","on":true}]}],"fail":[]}`
		refused  = `{"meta":{"status":200},"data":[],"fail":[{"key":{"id":"1"},"errors":[{"code":"err_x","message":"X","retryable":false}]}]}`
	)
	tests := []struct {
		name          string
		recorded, got string
		free          string
		want          string // "" for no difference
	}{
		{"the same", recorded, recorded, "", ""},
		{"other values", recorded, `{"meta":{"status":200,"pagination":{"pageSize":2}},"data":[{"rows":[{"a":"y","at":"2025-01-01T00:00:00+0000","on":false},{"a":"","at":"2025-01-01T00:00:00+0000","on":true}]}],"fail":[]}`, "", ""},
		{"another status inside", recorded, strings.Replace(recorded, "200", "500", 1), "", "meta.status"},
		{"a key is missing", recorded, strings.Replace(recorded, `"a":"x",`, "", 1), "", "data.rows.a is missing"},
		{"a key may be missing", recorded, strings.Replace(recorded, `"a":"x",`, "", 1), "data.rows.a", ""},
		{"a key more", recorded, strings.Replace(recorded, `"a":"x"`, `"a":"x","b":1`, 1), "", "data.rows.b is not"},
		{"a key more is fine", recorded, strings.Replace(recorded, `"a":"x"`, `"a":"x","b":1`, 1), "data.rows.*", ""},
		{"another type", recorded, strings.Replace(recorded, "true", `"true"`, 1), "", "data.rows.on is text, recorded is bool"},
		{"a null", recorded, strings.Replace(recorded, "true", `null`, 1), "", "data.rows.on is null"},
		{"a time in another form", recorded, strings.Replace(recorded, "+0000", "Z", 1), "", "data.rows.at is text"},
		{"nothing in a list", recorded, strings.Replace(recorded, `[{"a":"x","at":"2026-03-02T10:00:00+0000","on":true}]`, "[]", 1), "", "data.rows holds 0"},
		{"a list for none", recorded, strings.Replace(recorded, `"fail":[]`, `"fail":null`, 1), "", "fail is null"},
		{"a page of another size", recorded, strings.Replace(recorded, `"pageSize":1`, `"pageSize":5`, 1), "", "the page has 1 rows"},
		{"the same refusal", refused, refused, "", ""},
		{"another code", refused, strings.Replace(refused, "err_x", "err_y", 1), "", "fail.errors.code"},
		{"other words", refused, strings.Replace(refused, `"X"`, `"Y"`, 1), "", "fail.errors.message"},
		{"words that say nothing", refused, strings.Replace(refused, `"X"`, `"Y"`, 1), "fail.errors.message", ""},
		{"another object repeated", refused, strings.Replace(refused, `"id":"1"`, `"id":"2"`, 1), "", "fail.key.id"},
		{"no refusal", refused, `{"meta":{"status":200},"data":[],"fail":[]}`, "", "fail holds 0"},
		{"no JSON", refused, `<html>`, "", "body"},
		{"nothing at all", ``, refused, "", "recorded is none"},
		{"an answer that says nothing", refused, `<html>`, "", "body"},
	}
	for _, tt := range tests {
		c := comparison{free: map[string]string{}}
		if tt.free != "" {
			c.free[tt.free] = "not public"
		}
		c.compareBodies([]byte(tt.recorded), []byte(tt.got))
		said := strings.Join(c.differences, "; ")
		if tt.want == "" && said != "" || !strings.Contains(said, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, said, tt.want)
		}
	}

	header := http.Header{"Content-Type": {"application/json; charset=utf-8"}, "X-Ratelimit-Limit": {"800"}, "X-Ratelimit-Reset": {"4999"}, "X-Request-Id": {"1"}}
	heads := map[string]string{"Content-Type": "application/json", "X-RateLimit-Limit": "800", "X-RateLimit-Reset": "17", "X-Request-Id": "2"}
	for name, change := range map[string]func(http.Header){
		"":                  func(http.Header) {},
		"Content-Type":      func(h http.Header) { h.Set("Content-Type", "text/html") },
		"X-RateLimit-Limit": func(h http.Header) { h.Set("X-RateLimit-Limit", "5000") },
		"X-RateLimit-Reset": func(h http.Header) { h.Del("X-RateLimit-Reset") },
		"X-Request-Id":      func(h http.Header) { h.Del("X-Request-Id") },
	} {
		c := comparison{}
		h := header.Clone()
		change(h)
		c.compareHeads(200, heads, reply{status: 200, header: h})
		said := strings.Join(c.differences, "; ")
		if name == "" && said != "" || !strings.Contains(said, name) {
			t.Errorf("header %s: %q", name, said)
		}
	}
	if id := secureID(sandboxID(t)); id != "addressid customercode secureid version" {
		t.Errorf("a secure id of %q", id)
	}
}

// sandboxID is the id of a user who was just created.
func sandboxID(t *testing.T) string {
	t.Helper()
	e := serve(t, sandbox.Options{}).post(createUser, `{"data":[{"emailAddress":"new@example.com"}]}`).envelope(t)
	id, _ := e.Data[0]["id"].(string)
	return id
}
