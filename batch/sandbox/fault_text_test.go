package sandbox_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"mimebatch/batch/sandbox"
)

func TestParseFault(t *testing.T) {
	tests := []struct {
		in   string
		want sandbox.Fault
	}{
		{"stall", sandbox.Fault{Kind: sandbox.Stall}},
		{"close-after,function=create-user,probability=0.05,count=-1",
			sandbox.Fault{Kind: sandbox.CloseAfter, Function: "create-user", Probability: 0.05, Count: -1}},
		{"throttle,reset=1.5s,skip=2,address=ada@example.com,seed=18446744073709551615",
			sandbox.Fault{Kind: sandbox.Throttle, Reset: 1500 * time.Millisecond, Skip: 2, Address: "ada@example.com", Seed: 1<<64 - 1}},
		{"throttle,reset=-1h,header=x-ratelimit-reset:soon,header=X-RateLimit-Limit:",
			sandbox.Fault{Kind: sandbox.Throttle, Reset: -time.Hour, Headers: map[string]string{"X-Ratelimit-Reset": "soon", "X-Ratelimit-Limit": ""}}},
		{`code,code=err_x,message="No, never",field=password,status=409,delay=1ms`,
			sandbox.Fault{Kind: sandbox.RefuseCode, Code: "err_x", Message: "No, never", Field: "password", Status: 409, Delay: time.Millisecond}},
		{`code,message="\"",code=a=b`, sandbox.Fault{Kind: sandbox.RefuseCode, Code: "a=b", Message: `"`}},
	}
	for _, tt := range tests {
		got, err := sandbox.ParseFault(tt.in)
		if err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("ParseFault(%q) (-want +got):\n%s", tt.in, diff)
		}
		if again, err := sandbox.ParseFault(got.String()); err != nil || !cmp.Equal(again, got) {
			t.Errorf("%q reads as %v, %v", got.String(), again, err)
		}
	}
}

func TestParseFaultRefused(t *testing.T) {
	for in, want := range map[string]string{
		"":                          "unknown kind",
		"explode":                   "unknown kind",
		"stall,":                    "not key=value",
		"stall,skip":                "not key=value",
		"stall,skip=":               "skip: no value",
		"stall,skip=-1":             "skip must not be negative",
		"stall,function=":           "function: no value",
		"stall,address=":            "address: no value",
		"code,code=err_x,message=":  "message: no value",
		"stall,count=0":             "count: 0 would never hit",
		"stall,probability=0":       "probability: 0 would never hit",
		"stall,probability=-0.5":    "probability -0.5, want",
		"latency,delay=-1s":         "delay must not be negative",
		"stall,skip=1.5":            "skip:",
		"stall,skip=1,skip=2":       "twice",
		"stall,kind=drip":           `unknown key "kind"`,
		"stall,colour=red":          `unknown key "colour"`,
		"stall,probability=NaN":     "probability NaN",
		"stall,probability=2":       "probability 2",
		"stall,count=-2":            "count",
		"stall,seed=-1":             "seed:",
		"stall,delay=1":             "delay:",
		"stall,header=x":            "not name:value",
		"stall,header=:x":           "not the name of a header",
		`stall,message="x`:          "message:",
		`stall,message="x"y,skip=1`: "after the closing quote",
		"status-before,status=200":  "want 400 to 599",
		"latency":                   "latency: needs delay",
		"latency,delay=0s":          "latency: needs delay",
		"headers":                   "headers: needs header",
		"code,message=x":            "code: needs code",
		"code,code=err_x,status=99": "want 200 to 599",
		"meta-status":               "meta-status: needs status",
		"status-after":              "status-after: needs status",
		"expire-token,code=err_x":   "expire-token: takes no code",
		"throttle,status=503":       "throttle: takes no status",
		"stall,delay=1s":            "stall: takes no delay",
		"stall,function=x":          `unknown function "x"`,
		"swap,function=token":       "swap: can't be of token",
		"close-after,header=A:b":    "close-after: takes no header",
		"garbage,status=500":        "garbage: takes no status",
		"status-after,status=429":   "never said of what was executed",
		"drip,function=get-account,address=a@example.com": "get-account concerns no address",
	} {
		if _, err := sandbox.ParseFault(in); err == nil || !strings.HasPrefix(err.Error(), "parse fault ") || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseFault(%q): error %v, want one with %q", in, err, want)
		}
	}
}

func FuzzParseFault(f *testing.F) {
	for _, kind := range sandbox.FaultKinds() {
		f.Add(string(kind))
		f.Add(string(kind) + ",status=500,delay=1s,header=A:b")
		f.Add(string(kind) + ",delay=1s,header=A:b,function=create-user,address=a@example.com")
	}
	f.Add(`code,code="a,b",message="\xff",probability=1e-3,seed=9,field=x`)
	f.Fuzz(func(t *testing.T, s string) {
		read, err := sandbox.ParseFault(s)
		if err != nil {
			return
		}
		again, err := sandbox.ParseFault(read.String())
		if diff := cmp.Diff(read, again); err != nil || diff != "" {
			t.Fatalf("%q, error %v (-read +written and read):\n%s", read.String(), err, diff)
		}
		if !utf8.ValidString(s) || strings.Contains(s, `\`) {
			return // JSON holds nothing but valid text
		}
		raw, err := json.Marshal(read)
		if err != nil {
			t.Fatal(err)
		}
		var third sandbox.Fault
		if err := json.Unmarshal(raw, &third); err != nil {
			t.Fatalf("%s: %v", raw, err)
		}
		if diff := cmp.Diff(read, third); diff != "" {
			t.Errorf("%s (-read +written and read):\n%s", raw, diff)
		}
	})
}
