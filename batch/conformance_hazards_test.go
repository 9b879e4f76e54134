package batch_test

import (
	"slices"
	"time"

	"mimebatch/batch"
	"mimebatch/batch/sandbox"
)

// A hazard is something that goes wrong again and again while a sheet is applied: with calls on their way (a storm), inside the
// service (faults), or both.
type hazard struct {
	name   string
	storm  befall
	on     string  // the function whose calls the storm hits, "" for all
	share  float64 // of the calls; 0 is a tenth
	most   int     // calls that are hit; 0 is 6, -1 is no bound
	faults []string
	silent bool // the service takes a create of an existing address for a success

	rows     int           // of the sheet; 0 is 120
	alone    bool          // in one generation of the API only
	settles  bool          // whoever is in doubt can be looked up: one Apply leaves nothing unknown
	stops    bool          // the run may be stopped by it
	patience time.Duration // after which somebody stops the Apply that the storm was over in; 0 is never
	unsteady batch.Field   // what others change meanwhile
}

// hazards are all of them, made anew for each generation: some remember what went by.
func hazards() []hazard {
	const create = "create-user"
	all := []hazard{
		{name: "5 of 100 answers lost after execution", storm: anyOf(after(abort), after(cut), after(page), after(reset), after(cut), after(page)),
			share: 0.05, most: -1, rows: 2000 / smaller, alone: true, settles: true},

		{name: "nothing", settles: true},
		{name: "closed before execution", storm: instead(abort)},
		{name: "closed after execution", storm: after(abort)},
		{name: "closed after a create", storm: after(abort), on: create, share: 0.3, settles: true},
		{name: "reset before execution", storm: instead(reset)},
		{name: "reset after execution", storm: after(reset)},
		{name: "reset after a create", storm: after(reset), on: create, share: 0.3, settles: true},
		{name: "cut before execution", storm: instead(say(`{"meta":{"status":200},"data":[{"emailAddress":"new`))},
		{name: "cut after execution", storm: after(cut)},
		{name: "cut after a create", storm: after(cut), on: create, share: 0.3, most: -1, settles: true},
		{name: "half a header after execution", storm: after(halfHeader)},
		{name: "no HTTP after execution", storm: after(noHTTP)},
		{name: "no answer after execution", storm: after(stall), most: 2},
		{name: "no answer after a create", storm: after(stall), on: create, most: 2, settles: true},
		{name: "bad gateway before execution", storm: instead(status(502))},
		{name: "bad gateway after execution", storm: after(status(502))},
		{name: "unavailable before execution", storm: instead(status(503))},
		{name: "gateway timeout after execution", storm: after(status(504))},
		{name: "server error before execution", storm: instead(status(500))},
		{name: "server error after execution", storm: after(status(500))},
		{name: "server error after a create", storm: after(status(500)), on: create, share: 0.3, settles: true},
		{name: "throttled, reset 0", storm: instead(throttle("0"))},
		{name: "throttled, reset 1", storm: instead(throttle("1")), most: -1},
		{name: "throttled, reset 50", storm: instead(throttle("50"))},
		{name: "throttled, reset missing", storm: instead(throttle(""))},
		{name: "throttled, reset negative", storm: instead(throttle("-5000"))},
		{name: "throttled, reset in words", storm: instead(throttle("soon"))},
		{name: "throttled, reset huge", storm: instead(throttle("99999999999999999999")), on: create, share: 1, most: 1, patience: time.Second},
		{name: "headers of the quota absurd", storm: oddHeaders(), most: -1, share: 0.5},
		{name: "a page of HTML after execution", storm: after(page), most: -1},
		{name: "an empty answer after execution", storm: after(say("")), most: -1},
		{name: "another content type", storm: after(contentType("text/html")), most: -1},
		{name: "text around the answer", storm: after(around), most: -1},
		{name: "two answers in one", storm: after(doubled), most: -1},
		{name: "a huge answer after execution", storm: after(huge), most: -1},
		{name: "an answer without an end", storm: after(endless)},
		{name: "a small answer that unpacks to a huge one", storm: after(bomb), most: -1},
		{name: "a slow drip", storm: after(drip)},
		{name: "late answers", storm: late(40 * time.Millisecond), most: -1, share: 0.3},
		{name: "status 500 inside HTTP 200, before execution", storm: instead(say(`{"meta":{"status":500},"data":[],"fail":[]}`)), most: -1},
		{name: "status 500 inside HTTP 200, after execution", storm: after(edit(func(e answer) { e["meta"] = answer{"status": 500} })), most: -1},
		{name: "nothing told after execution", storm: after(say(`{"meta":{"status":200},"data":[],"fail":[]}`)), most: -1},
		{name: "nothing told after a create", storm: after(say(`{"meta":{"status":200},"data":[],"fail":[]}`)), on: create, most: -1, settles: true},
		{name: "an entry missing", storm: after(edit(dropEntry)), on: "update-user", share: 0.3, most: -1},
		{name: "entries in another order", storm: after(edit(func(e answer) { slices.Reverse(e.list("data")) })), on: "update-user", share: 1, most: -1},
		{name: "entries told twice", storm: after(edit(func(e answer) { e["data"] = append(e.list("data"), e.list("data")...) })), on: "update-user", share: 0.3, most: -1},
		{name: "addresses in capitals", storm: after(edit(capitals)), share: 1, most: -1},
		{name: "the entry of a stranger", storm: after(edit(stranger)), on: create, most: -1, settles: true},
		{name: "refusals of nobody in particular", storm: after(edit(nameless)), on: "update-user", share: 1, most: -1},
		{name: "success and refusal at once", storm: after(edit(contradict)), most: -1},
		{name: "the answer to another call", storm: mixedUp(), on: create, most: -1, settles: true},

		{name: "codes nobody knows", faults: []string{"code,function=create-user,code=err_never_seen,probability=0.1,count=-1", "code,function=update-user,code=err_never_seen,field=name,probability=0.1,count=-1"}},
		{name: "codes with HTTP 400", faults: []string{"code,code=err_never_seen,status=400,probability=0.05,count=-1,function=update-user", "code,code=err_never_seen,status=400,probability=0.05,count=-1,function=create-user"}},
		{name: "codes with HTTP 409", faults: []string{"code,code=err_never_seen,status=409,probability=0.1,count=-1,function=create-user"}},
		{name: "a second create is taken for a success", silent: true, storm: after(abort), on: create, share: 0.3, settles: true},
		{name: "a second create is taken for a success, now and then", faults: []string{"silent-create,probability=0.5,count=-1"}, storm: after(cut), on: create, share: 0.3, most: -1, settles: true},
		{name: "a directory sync disables and enables", faults: []string{"sync,probability=0.3,count=-1"}, unsteady: batch.AccountDisabled},
		{name: "tokens revoked", faults: []string{"expire-token,skip=20,count=1", "expire-token,skip=40,count=1", "expire-token,skip=60,count=1"}, stops: true},
		{name: "an app id called unknown once", faults: []string{"developer-key,skip=25,count=1", "developer-key,skip=50,count=1"}},
		{name: "keys expired", faults: []string{"binding-expired,skip=30,count=1"}, stops: true},
		{name: "signatures refused", faults: []string{"invalid-signature,skip=30,count=1"}, stops: true},
		{name: "forbidden by the gateway", faults: []string{"forbidden,skip=30,count=1"}, stops: true},
	}
	for _, kind := range sandbox.FaultKinds() {
		fault := string(kind) + ",skip=25,count=3"
		switch kind {
		case sandbox.StatusBefore, sandbox.StatusAfter, sandbox.MetaStatus, sandbox.MetaStatusAfter:
			fault += ",status=500"
		case sandbox.RefuseCode:
			fault += ",code=err_never_seen"
		case sandbox.Late, sandbox.Drip:
			fault += ",delay=1ms"
		case sandbox.OddHeaders:
			fault += ",header=X-RateLimit-Reset:soon"
		case sandbox.Stall:
			fault = string(kind) + ",skip=25,count=1"
		}
		h := hazard{name: "fault " + string(kind), faults: []string{fault}, stops: true}
		if kind == sandbox.Sync {
			h.unsteady = batch.AccountDisabled
		}
		all = append(all, h)
	}
	return all
}
