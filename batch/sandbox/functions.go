package sandbox

import (
	"cmp"
	"errors"
	"maps"
	"net/http"
	"path"
	"slices"
)

// A function is one entry of the API's table: what a path leads to, with its own quota and counts.
type function struct {
	path        string
	name        string
	method      string
	least, most int                                          // objects in data
	addresses   []string                                     // fields of an object that hold the addresses it concerns
	product     string                                       // that an application of API 2.0 needs
	permission  string                                       // that its role needs
	read        func(*http.Request, []byte) (request, error) // nil is readJSON
	refuse      func(refusal) answer                         // for want of a permission; nil is in the classic envelope
	run         func(request) answer                         // called under the server's lock

	window window
	calls  int
	peak   peak
}

// The products, as the catalogue of API 2.0 names them.
const (
	productUsers   = "userandgroupmanagement"
	productDomains = "domainmanagement"
	productAccount = "accountmanagement"
	productAudit   = "auditevents"
)

// The permissions of roles, as the documentation names them.
const (
	readInternal  = "Directories | Internal | Read"
	editInternal  = "Directories | Internal | Edit"
	readGroups    = "Directories | Groups | Read"
	editGroups    = "Directories | Groups | Edit"
	readImport    = "Directories | Import | Read"
	editImport    = "Directories | Import | Edit"
	readSync      = "Services | Directory Sync | Read"
	editSync      = "Services | Directory Sync | Edit"
	readDashboard = "Account | Dashboard | Read"
	readLogs      = "Account | Logs | Read"
)

const (
	anyObjects = 500 // where no source tells a limit, and more would be no harm
	maxUsers   = 5   // of update-user
)

// Needs returns the products and permissions that functions need, in order.
func Needs() []string {
	needed := make(map[string]bool)
	for _, fn := range new(Server).table() {
		needed[fn.product], needed[fn.permission] = true, true
	}
	return slices.Sorted(maps.Keys(needed))
}

// withheld returns the answer to a call of a function whose product or permission the caller lacks. What a function says for
// want of a permission was seen for a few of them only.
func (fn *function) withheld(r *http.Request, without []string) (answer, bool) {
	switch {
	case slices.Contains(without, fn.product):
		return nowhere(r), true
	case !slices.Contains(without, fn.permission):
		return answer{}, false
	case fn.refuse != nil:
		return fn.refuse(forbidden()), true
	}
	return refuseCall(http.StatusOK, forbidden()), true
}

// of tells in which fields a function finds the addresses that it concerns.
func (fn *function) of(fields ...string) *function {
	fn.addresses = fields
	return fn
}

// table is all that the sandbox can do: the one place where a path meets a function.
//
// Documented are the paths, the permissions, and the limits on objects of update-user, get-internal-users, filters by domain,
// groups, aliases, the purge list, get-attributes, import-users, get-import-status, get-audit-events, find-delegate-users and
// remove-delegate-user. The limits of the others are guesses, those of like functions. On the permissions of get-group-members
// and get-attributes sources disagree; get-profile is in no catalogue of API 2.0, but its hosts answer it.
//
// What each function takes and gives is told where it is. Answers that were never seen are said to be so there; all codes that
// begin with err_emulated, err_validation_size, err_validation_invalid_date and err_validation_password_policy are ours.
func (s *Server) table() []*function {
	var all []*function
	add := func(at string, least, most int, product, permission string, run func(request) answer) *function {
		fn := &function{
			path: at, name: path.Base(at), method: http.MethodPost, least: least, most: most,
			product: product, permission: permission,
		}
		fn.run = fn.counted(run)
		all = append(all, fn)
		return fn
	}
	add("/api/user/create-user", 1, cmp.Or(s.options.CreateLimit, DefaultCreateLimit), productUsers, editInternal, s.createUser).of(emailAddress)
	add("/api/user/update-user", 1, maxUsers, productUsers, editInternal, s.updateUser).of(emailAddress)
	add("/api/user/get-internal-users", 0, 1, productUsers, readInternal, s.getInternalUsers)
	add("/api/user/get-profile", 1, anyObjects, productUsers, readInternal, s.getProfile).of(emailAddress)

	add("/api/domain/get-internal-domain", 0, anyObjects, productDomains, readInternal, s.getInternalDomain)
	add("/api/domain/get-pending-domain", 0, anyObjects, productDomains, readInternal, s.getPendingDomain)
	add("/api/account/get-account", 0, anyObjects, productAccount, readDashboard, s.getAccount)

	add("/api/directory/find-groups", 0, 1, productUsers, editGroups, s.findGroups)
	add("/api/directory/create-group", 1, 10, productUsers, editGroups, s.createGroup)
	add("/api/directory/update-group", 1, 10, productUsers, editSync, s.updateGroup)
	add("/api/directory/delete-group", 1, 10, productUsers, editGroups, s.deleteGroup)
	add("/api/directory/add-group-member", 1, 10, productUsers, editGroups, s.addGroupMember).of(emailAddress)
	add("/api/directory/remove-group-member", 1, 10, productUsers, editSync, s.removeGroupMember).of(emailAddress)
	add("/api/directory/get-group-members", 1, 1, productUsers, readGroups, s.getGroupMembers)
	add("/api/directory/execute-sync", 0, anyObjects, productUsers, editSync, s.executeSync)
	add("/api/directory/get-connection", 0, anyObjects, productUsers, readSync, s.getConnection)

	add("/api/user/get-aliases", 1, 5, productUsers, readGroups, s.getAliases).of(emailAddress)
	add("/api/user/update-alias", 1, 5, productUsers, editGroups, s.updateAlias).of("aliasFor", "alias")
	add("/api/user/remove-alias", 1, 5, productUsers, editGroups, s.removeAlias).of("aliasFor", "alias")

	add("/api/user/add-to-purge-list", 1, 1, productUsers, editInternal, s.addToPurgeList).of("emailAddresses")
	add("/api/user/remove-from-purge-list", 1, 1, productUsers, editInternal, s.removeFromPurgeList).of("emailAddresses")

	add("/api/attribute/find-attribute-types", 0, 1, productUsers, readInternal, s.findAttributeTypes)
	add("/api/user/get-attributes", 1, 25, productUsers, readInternal, s.getAttributes).of(emailAddress)
	add("/api/user/update-attributes", 1, 25, productUsers, editInternal, s.updateAttributes).of(emailAddress)

	add("/api/user/import-users", 1, 1, productUsers, editImport, s.importUsers).read = parseImport
	add("/api/user/get-import-status", 1, 10, productUsers, readImport, s.getImportStatus)
	add("/api/audit/get-audit-events", 1, 1, productAudit, readLogs, s.getAuditEvents)

	add("/api/user/find-delegate-users", 1, 1, productUsers, readInternal, s.findDelegateUsers).of("primaryAddress")
	add("/api/user/add-delegate-user", 1, 25, productUsers, editInternal, s.addDelegateUser).of("primaryAddress", "delegateAddress")
	add("/api/user/remove-delegate-user", 1, 25, productUsers, editInternal, s.removeDelegateUser)

	rest := add("/user/cloud-gateway/v1/users", 0, 0, productUsers, readInternal, s.restUsers)
	rest.method, rest.read = http.MethodGet, readQuery
	rest.refuse = func(why refusal) answer { return refuseREST(http.StatusForbidden, why) }
	return all
}

// readJSON reads the body that nearly all functions take.
func readJSON(_ *http.Request, body []byte) (request, error) { return parseRequest(body) }

// counted refuses a call with fewer or more objects than the function takes.
func (fn *function) counted(run func(request) answer) func(request) answer {
	return func(asked request) answer {
		if n := len(asked.data); n < fn.least || n > fn.most {
			return refuseCall(http.StatusOK, wrongSize(fn.least, fn.most))
		}
		return run(asked)
	}
}

// settle runs a function on each object by itself, and notes what it did: run is given an execution to say so in, which is
// [Done] unless it does. An error is one of the sandbox, or [errBrokenID], not a refusal: it ends the call, and what was done
// before stays done.
func settle(asked request, run func(object, *Execution) (any, []refusal, error)) answer {
	var e envelope
	var executed []Execution
	for _, o := range asked.data {
		x := Execution{Address: o.address(), Done: Done}
		done, refused, err := run(o, &x)
		if err != nil {
			a := answer{status: http.StatusBadRequest}
			if !errors.Is(err, errBrokenID) {
				a = notStored()
			}
			a.executed = executed
			return a
		}
		if len(refused) > 0 {
			x.Done, x.Code = Refused, refused[0].Code
			e.Fail = append(e.Fail, failure{Key: o.raw, Errors: refused})
		} else {
			e.Data = append(e.Data, done)
		}
		executed = append(executed, x)
	}
	a := classic(http.StatusOK, e)
	a.executed = executed
	return a
}

// each is settle for a function that is not counted by address: what it did is one thing, refused if all of it was.
func each(asked request, run func(object) (any, []refusal, error)) answer {
	a := settle(asked, func(o object, _ *Execution) (any, []refusal, error) { return run(o) })
	if len(a.executed) > 0 {
		x := a.executed[max(0, slices.IndexFunc(a.executed, func(x Execution) bool { return x.Done == Done }))]
		a.executed = []Execution{{Done: x.Done, Code: x.Code}}
	}
	return a
}

// executed is the answer to a call that concerns no single address. It was refused if all of it was.
func executed(e envelope) answer {
	a := classic(http.StatusOK, e)
	a.executed = []Execution{{Done: Done}}
	if len(e.Data) == 0 && len(e.Fail) > 0 {
		a.executed = []Execution{{Done: Refused, Code: e.Fail[0].Errors[0].Code}}
	}
	return a
}

// refused is executed for a call that has one reason, or more, not to be done.
func refused(asked request, why ...refusal) answer {
	f := failure{Errors: why}
	if len(asked.data) > 0 {
		f.Key = asked.data[0].raw
	}
	return executed(envelope{Fail: []failure{f}})
}

// notStored is the answer when [Options.Changed] has returned an error. Part of the call may have been done.
func notStored() answer {
	return refuseCall(http.StatusInternalServerError,
		refusal{Code: "err_emulated_not_stored", Message: "The change could not be stored"})
}

// unknown is what is said of an address that is no account.
func (s *Server) unknown(address string) refusal {
	if !s.directory.internal(domainOf(address)) {
		return s.options.Codes.domain()
	}
	return s.options.Codes.missing()
}
