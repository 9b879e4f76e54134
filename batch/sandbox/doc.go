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
//     it, the ones that are refused later included. A call beyond it is answered 429 and not executed. All answers of a
//     function carry X-RateLimit-Limit, -Remaining and -Reset (milliseconds), as the service's do.
//  2. The method, then the bearer token. Refusals at this gateway are flat: {"fail":[{"code","message"}]}.
//  3. The body: at most 1 MiB of JSON. Objects of "data" are kept as they came, for fail[].key echoes them.
//  4. A fault, if one was injected that matches the call: [Server.Inject].
//  5. Execution.
//  6. The notice to [Options.Executed], then [Options.Latency], then the answer in the classic envelope:
//     {"meta":{"status"},"data":[…],"fail":[…]}.
//
// Once its body has come in, a call passes stations 1 to 5 under one lock, so that calls have an order and a quota can't be
// overdrawn. The body is waited for, and station 6 is passed, outside it.
//
// fail[].key holds the whole object that was asked for, the password of a create-user included. That is on purpose: the
// service is thought to do so, and a client must be able to stand it.
//
// # What is known and what is made up
//
// Documented or seen in traffic are the paths, the fields in and out, the envelopes, the limit of five users for
// update-user, the paging and its tokens, the two addresses that each domain has, token_expired, unauthorized,
// app_forbidden, err_deserialise, err_validation_null, err_validation_blank, err_validation_value_not_allowed,
// err_validation_invalid_email_address and err_xdk_operation_forbidden_for_address.
//
// No public source tells what the service says to the create of an existing address, to a password against the policy, to
// more objects than a function takes, or in the body of a 429. These answers are inventions of this package:
// err_emulated_address_exists, err_validation_password_policy, err_validation_size, err_validation_invalid_date,
// err_emulated_rate_limit, err_emulated_not_stored, and the flat method_not_allowed, invalid_request and
// unsupported_grant_type. A client that works only because it knows one of them is wrong.
//
// # The tenant
//
// A [Tenant] is a JSON file: domains, users, a password policy. Addresses and domains are held in lower case. Passwords are
// never held: a password is checked against the policy and counted. Accounts lie in an ordered index, one for the tenant
// and one for each domain, so that a page of a million users costs hardly more than a page of ten.
//
// A [State] is the file of a sandbox that outlives its process: the tenant on the first line, then one line for each
// change. A line is written before the call is answered, so what a client was told survives a kill of the server. It is
// not synced: it need not survive a loss of power.
package sandbox
