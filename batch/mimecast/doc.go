// Package mimecast calls the Mimecast API 2.0: it is the [batch.Directory] of a real tenant.
//
// # A call
//
// A [Client] has a few functions of the service, each with a quota of its own. A call goes through four stations:
//
//  1. The pacer of its function, which waits for the quota. Cancelling the context ends this wait and the next one.
//  2. The signer, which proves who is calling. For API 2.0 that is a bearer token, one for all calls. This is the only place
//     that knows about authentication.
//  3. The exchange: one POST, under a deadline of its own. Once it has begun, a cancelled context no longer ends it: a call
//     that is on its way comes home, for an answer nobody waits for is a row in doubt.
//  4. The judge, a pure function, which says what the answer means for each address that the call was about.
//
// Nothing is repeated here, with one exception: a call that was turned away because its token is dead was not executed, and
// is made once more with a new token.
//
// # What an answer means
//
// HTTP 200 is not success. Done takes HTTP 200, meta.status 200, an entry in data for the very address, and nothing in fail
// for it. The documentation names no codes for the commonest refusals, so an unknown code is a refusal, shown as it came, and
// never a success. What can't be told for sure is Unknown: a lost, cut or unreadable answer, an answer that doesn't speak of
// the address, one that tells success and refusal at once, a failure of the server. Only a request whose headers were never
// written is NotSent. HTTP 429 is documented not to have been executed.
//
// A refusal that says that the credentials, the app or the host are wrong is Fatal: the next row would meet the same.
//
// # The quota
//
// The service tells its quota in the headers X-RateLimit-Limit, -Remaining and -Reset (milliseconds) of every answer; no
// figures are published. The pacer learns from them: a rate a little below the grant, which spreads the calls evenly, and a
// gate that lets no more calls through in a window than remain. Before the first answer it lets one call through at a time.
//
// # Secrets
//
// fail[].key repeats the object that was asked for, and so may hold a password: of it only the address is decoded.
// Words of the service are cleaned before anybody sees them: the passwords of the call, the token and the client secret are
// blotted out, and what could command a terminal is dropped. Errors of the token endpoint are reduced to a status and a code,
// for their text may repeat the credentials. get-account answers two secrets of the account, which are never decoded.
package mimecast
