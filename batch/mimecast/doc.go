// Package mimecast calls the Mimecast API, 2.0 or 1.0: it is the [batch.Directory] of a real tenant.
//
// # Two generations
//
// The functions and their answers are the same in both; who calls and where differs. API 2.0 takes a bearer token of the OAuth
// 2.0 client credentials grant, good for half an hour, which all calls share. API 1.0 takes four keys and a signature of each
// request, by HMAC-SHA1 over its time, its own id, its path and the application key. Which it is follows from the credentials
// that [Config] has. A tenant of API 1.0 lives in a region ([Regions]); if that isn't told, it is asked of the service before
// the first call, by an e-mail address, unsigned. The answer must lead to a host of the service, for the keys go there.
//
// # A call
//
// A [Client] has a few functions of the service, each with a quota of its own. A call goes through four stations:
//
//  1. The pacer of its function, which waits for the quota. Cancelling the context ends this wait and the next one.
//  2. The signer, which proves who is calling. This is the only place that knows about authentication.
//  3. The exchange: one POST, under a deadline of its own. Once it has begun, a cancelled context doesn't end it at once: a call
//     that is on its way has some grace to come home, for an answer nobody waits for is a row in doubt.
//  4. The judge, a pure function, which says what the answer means for each address that the call was about.
//
// Nothing is repeated here, with one exception: a call that was turned away unexecuted, because its token is dead or because the
// service for once doesn't know the app, is made once more, signed anew and with another id.
//
// # What an answer means
//
// HTTP 200 is not success. Done takes HTTP 200, meta.status 200, an entry in data for the very address, and nothing in fail
// for it. The documentation names no codes for the commonest refusals, so an unknown code is a refusal, shown as it came, and
// never a success; what is known of a code is in one table. What can't be told for sure is Unknown: a lost, cut or unreadable
// answer, one that says a thing twice or is larger than 1 MiB when unpacked, one that doesn't speak of the address, one that tells
// success and refusal at once, one that leads elsewhere, a failure of the server. It is the body that counts, not what the header
// calls it. Only a request whose headers were never written is NotSent. HTTP 429 is documented not to have been executed.
//
// A refusal that says that the credentials, the app or the host are wrong is Fatal: the next row would meet the same. So is a
// certificate that is not trusted, and a proxy that says no. Of several refusals of an address the one that says the most decides.
//
// The purge list's functions are documented by what they are asked, not by what they answer, and the list can't be read. So an
// address is on it, or off it, only if data names that very address; a success that names nobody is Unknown. A refusal that names
// it and says that it is there already is as was asked.
//
// In a call about several users, entries and refusals are matched by address, whatever their order. Those of others are ignored.
// A refusal that names nobody is everybody's, marked as being of the whole call, if nobody succeeded; if some did, those
// who are missing from data are Unknown; if all did, nobody is believed to have.
//
// # Why it was refused
//
// The service has one code for several causes. [Client.Diagnose] tells them apart by reading: whether the domain is internal, or
// pending; whether an account that every domain has can be edited, which it can't if the permission is missing; what the address is
// in the listing of its domain, of which it reads a bounded part. What it reads it remembers for the domain, so that ten thousand
// refused rows cost as many calls as one; that it may not be read is remembered too. A permission that was seen to work is never
// said to be missing. What can't be read is no cause.
//
// # The quota
//
// The service tells its quota in the headers X-RateLimit-Limit, -Remaining and -Reset (milliseconds) of every answer; no
// figures are published. The pacer learns from them: a rate a little below the grant, which spreads the calls evenly, and a
// gate that lets no more calls through in a window than remain, nor more in any second than are granted for it. Before the first
// answer it lets one call through at a time. Where somebody else spends from the same quota, what remains is spread over the
// rest of the window. [Config.Rate] and [Config.RateShare] hold it below the grant; an infinite rate leaves only what the service
// itself says: what remains, and the pause that it asks for with HTTP 429 or 503. [Client.Pace] tells how fast it goes.
//
// # Secrets
//
// fail[].key repeats the object that was asked for, and so may hold a password: of it only the address is decoded.
// Words of the service are cleaned before anybody sees them: the passwords of the call, the token, the client secret, the keys and
// the signature are blotted out, a text that holds one of them in another encoding is not shown, and what could command a
// terminal is dropped. A value of an account is kept as it is, unless it holds a secret. Errors of the token endpoint are reduced
// to a status and a code, for their text may repeat the credentials. get-account answers two secrets of the account, which are
// never decoded. The log tells paths, statuses, times and the service's names for calls, and nothing of what was sent.
package mimecast
