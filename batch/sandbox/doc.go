// Package sandbox is a stateful stand-in of a Mimecast tenant, served over HTTP: something to rehearse a run on, and to
// test a client against, without a tenant.
//
// [New] makes a [Server], an [http.Handler] that any HTTP server can serve. It imports nothing of this module: its picture
// of the API was drawn from the documentation, not from the client, so the two can't share a mistake.
//
// # A call
//
// Paths lead to functions through one table. A call of a function goes through the same stations in the same order:
//
//  1. The quota. A fixed window per function, opened by the first call after the former one ended. Each call spends from
//     it, the ones that are refused later included; calls by an access key that is not known spend from one of their own. A
//     call beyond it is answered 429 and not executed. All answers of a function carry X-RateLimit-Limit, -Remaining and
//     -Reset (milliseconds), as the service's do, HTTP 401 and 405 included. Those of the token endpoint and of paths that
//     lead nowhere were never seen, and carry none.
//  2. The method, the proof of who calls, then what that caller lacks: [Options.Without].
//  3. The body: at most 1 MiB of JSON. Objects of "data" are kept as they came, for fail[].key echoes them.
//  4. A fault, if one was injected that matches the call: [Server.Inject].
//  5. Execution.
//  6. The notice to [Options.Executed], then [Options.Latency], then the answer in the classic envelope:
//     {"meta":{"status"},"data":[…],"fail":[…]}.
//
// Once its body has come in, a call passes stations 1 to 5 under one lock, so that calls have an order and a quota can't be
// overdrawn, and it is counted and logged under the same one. The body is waited for, and station 6 is passed, outside it.
//
// fail[].key holds the whole object that was asked for, the password of a create-user included. That is on purpose: the
// service is thought to do so, and a client must be able to stand it.
//
// # Who calls
//
// All functions take both generations of the API on the same paths.
//
// API 2.0 is a bearer token from /oauth/token. Refusals at its gateway are flat, {"fail":[{"code","message"}]}: no proof at
// all is refused so, and an unknown path is app_forbidden.
//
// API 1.0 is Authorization: MC accessKey:signature with x-mc-date, x-mc-req-id and x-mc-app-id. The signature is the base64
// of an HMAC-SHA1 by the decoded secret key over date:id:uri:appKey, the uri with or without its query. Refusals are in the
// classic envelope, an unknown path is HTTP 404, and a wrong application id is HTTP 200 with err_developer_key. Keys are those
// of [Options], or those that login gave for the administrator's password, which end after [Options.BindingLife] with HTTP 418.
//
// login and discover-authentication want the application id and no signature. They and the token endpoint are the ways in:
// a fault hits them only if it names them.
//
// # The console
//
// Paths below /sandbox are not the service's, and want no credentials. A sandbox is for a loopback address, and these paths
// take no other name of it, nor a request with an Origin: that would be one of a web page.
//
//	GET    /sandbox/        this list
//	GET    /sandbox/stats   what was executed, for each function and each address: Stats
//	GET    /sandbox/log     the last calls, one JSON object a line: Call; ?after=SEQ for those that came since
//	GET    /sandbox/faults  what can still go wrong: an array of faults
//	POST   /sandbox/faults  adds faults: texts as ParseFault reads them, one a line, or in JSON one or an array, objects or texts
//	DELETE /sandbox/faults  takes them all away
//
// The log and the counts tell what was executed, whatever the client was told. They hold no body, no password, no token.
//
// # What is known and what is made up
//
// Documented or seen in traffic are the paths, the fields in and out, the envelopes, the limit of five users for
// update-user, the paging and its tokens, the two addresses that each domain has, token_expired, unauthorized,
// app_forbidden, err_deserialise, err_validation_null, err_validation_blank, err_validation_value_not_allowed,
// err_validation_invalid_email_address and err_xdk_operation_forbidden_for_address; of API 1.0 the signature, its
// err_xdk_invalid_signature whichever of access key, secret key and application key is wrong, err_developer_key, HTTP 418 with
// err_xdk_binding_expired, HTTP 404, the two ways to log in and the fields of their answers that clients read; the quota of 800
// calls in five seconds, and the one of 5,000 that unknown access keys are told.
//
// Not known either are the limit of users for create-user and whether get-internal-users can do without a domain: both can be
// switched. No public source tells what the service says to the create of an existing address, to a password against the policy, to
// more objects than a function takes, to a wrong password, or in the body of a 404 or a 429. These answers are inventions of
// this package: err_emulated_address_exists, err_validation_password_policy, err_validation_size,
// err_validation_invalid_date, err_emulated_rate_limit, err_emulated_not_stored, err_emulated_login, err_emulated_not_found, and
// the flat method_not_allowed, invalid_request and unsupported_grant_type. A client that works only because it knows one of them
// is wrong.
//
// Nor is it known how far the clock of a signed call may be off and what is said to one that is: here 15 minutes, and an
// invalid signature. Made up as well are that a request id may be used again, that an expired key is told so only with a good
// signature, that both generations share a quota, that login and discovery refuse an unknown application id, that discovery knows
// accounts and the administrator only, what is said of audit events of more than 60 days ago, the messages of token_expired,
// unauthorized and err_xdk_binding_expired, and that the service fails in the ways that a [FaultKind] does. For the sake of other
// people's clients it also takes a byte order mark before a body, a pageSize that is text, and the client's credentials for a
// token in a Basic Authorization header: whether the service does is not known.
//
// # The tenant
//
// A [Tenant] is a JSON file: domains, users, groups, attributes, delegates, directories, a password policy. Addresses and
// domains are held in lower case. Passwords are never held: a password is checked against the policy and counted. Accounts
// lie in an ordered index, one for the tenant and one for each domain, so that a page of a million users costs hardly more than
// a page of ten.
//
// A [Change] is what a call does to the tenant. A [State] is the file of a sandbox that outlives its process: the tenant on
// the first line, then one line for each change. A line is written before the call is answered, so what a client was told
// survives a kill of the server. It is not synced: it need not survive a loss of power. Imports on their way and the audit log
// are in memory only.
package sandbox
