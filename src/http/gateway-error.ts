import { Refusal, type RefusalEntry } from './refusal.ts'

/**
 * Each refusal of the gateway's own, with its status, and what it says. OAuth's have their own list.
 */
export const GATEWAY_ERRORS = {
  ambiguous_request: {
    status: 400,
    sentence: 'This request can be read in more than one way, so it was not passed on. Check its path and headers.',
    advice: 'The request can be read in more than one way. Check its path and headers.',
  },
  malformed_request: {
    status: 400,
    sentence: 'This is not a well-formed HTTP request.',
    advice: 'This is not HTTP.',
  },
  upgrade_not_allowed: {
    status: 400,
    sentence: 'This address takes no such upgrade. Send the request without the Upgrade header.',
    advice: 'This address takes no WebSocket, or it was another upgrade.',
  },
  not_a_directive: {
    status: 400,
    sentence: 'This is no directive of Alexa. Send one as it came, as JSON in UTF-8.',
    advice:
      'A route with `auth: alexa-directive` got something else: no JSON in UTF-8, a key twice, more than 32 levels, or neither of the two envelopes. What is wrong with a directive is answered in one.',
  },
  unknown_command: {
    status: 400,
    sentence: 'This is no command that the gateway knows.',
    advice:
      'Music Assistant has no such command, or only a newer one than the gateway knows: the log of the start names those. `commands.allow` of the upstream lets it pass. The answer is text, as the server itself would say it.',
  },
  invalid_command: {
    status: 400,
    sentence: 'This is no command, or one that can be read in more than one way.',
    advice: 'The body of a `POST /api` is no command of Music Assistant, or names a key twice. The answer is text.',
  },
  unauthorized: {
    status: 401,
    sentence: 'Send an access token as Authorization: Bearer.',
    advice: 'There was no access token. Send one as `Authorization: Bearer`.',
  },
  upstream_refused_person: {
    status: 401,
    sentence: 'The server behind this gateway no longer knows the account that was linked. Link it again.',
    advice:
      "The upstream has ended the person's own token and their session there, or doesn't know them any more. Link the account again.",
  },
  command_refused: {
    status: 403,
    sentence: 'This command does not pass through this gateway.',
    advice:
      'A command of Music Assistant that configures it, writes its library, acts for somebody else or plays an address. `commands` of the upstream says which of these pass. The answer is text.',
  },
  https_required: {
    status: 403,
    sentence: 'Use the https address.',
    advice: 'A request with a body or with credentials came without TLS. Use the `https` address.',
  },
  not_a_trusted_proxy: {
    status: 403,
    sentence: 'Only the proxies in listen.trusted_proxies may come to this port. Use the https address.',
    advice:
      'Somebody else than a proxy in `listen.trusted_proxies` came to the port of `listen.plain`; the log says which address. If it is your proxy, write that address into the list.',
  },
  forwarded_without_https: {
    status: 403,
    sentence: 'This port takes what a proxy received over https, and says so with one X-Forwarded-Proto: https.',
    advice:
      'A trusted proxy came to the port of `listen.plain` without one clear `X-Forwarded-Proto: https`; the log says what is wrong with it. Either its client came without TLS (have the proxy send those to https), or the proxy adds to what its client wrote, in place of setting it.',
  },
  skill_request_refused: {
    status: 400,
    sentence: 'This is no request that Alexa has signed for a skill at this address.',
    advice:
      "A request to a skill's address is not one that Alexa has signed just now for one of its `skill_ids`. The log says which check it failed.",
  },
  foreign_origin: {
    status: 403,
    sentence: 'A page of another address may not open a WebSocket here. Open it from a page of this one.',
    advice:
      'A page of another origin opened a WebSocket. If it is to be allowed, write its origin, which the log has, into `origins` of the route.',
  },
  foreign_request: {
    status: 403,
    sentence: 'A page of another address may not do this in your name. Do it on the page itself.',
    advice:
      'A browser in which somebody has signed in was made to send something by a page of another origin. The log says which.',
  },
  service_worker_refused: {
    status: 403,
    sentence: 'No server behind this gateway can have a service worker: it would stand in front of the sign-in pages.',
    advice:
      'A page of an upstream wanted a service worker, which would stand in front of the sign-in pages. The page works without.',
  },
  not_signed: {
    status: 403,
    sentence: 'This address is not signed, or no longer good. Start the music again.',
    advice:
      'A stream was asked for without a signature, with another one, or after its end; the log says which. Whoever starts the music again gets a new one.',
  },
  certificate_required: {
    status: 403,
    sentence:
      'This address is for devices with a certificate of this gateway that is still good. Its owner makes one with skillgate cert device NAME --user USER.',
    advice:
      'A route with `auth: mtls` was called without a certificate, or with one that this gateway did not make, that has expired, or that was removed with its device or user; the log says which. `skillgate cert device NAME --user USER` makes one; on the device it has to be installed, and chosen when the browser asks.',
  },
  not_found: {
    status: 404,
    sentence: 'There is nothing at this address. Check it for a typing error.',
    advice: 'No route leads there.',
  },
  method_not_allowed: {
    status: 405,
    sentence: 'This address takes other methods, which Allow names.',
    advice: 'The address takes other methods, which `Allow` names.',
  },
  proxy_in_front: {
    status: 421,
    sentence:
      'This port only redirects to https, and a proxy in front has ended https already. Point it at the port of listen.plain, and list its address in listen.trusted_proxies; or have it connect to the port of listen.https with TLS.',
    advice:
      'A proxy in front has ended TLS and brings its clients to the port of `listen.http`, which would send them to `public_url` for ever. Point it at the port of `listen.plain`, with its address in `listen.trusted_proxies`, or at that of `listen.https`, with TLS.',
  },
  request_timeout: {
    status: 408,
    sentence: 'The request took too long to arrive.',
    advice:
      'The headers did not arrive within 10 s, the body of a form within 5 s, a command within 30 s; or another body within 300 s.',
  },
  body_too_large: {
    status: 413,
    sentence: 'The body is too large.',
    advice: 'A form of more than 32 KiB, a directive of more than 256 KiB, or a command of more than 16 MiB.',
  },
  unsupported_body: {
    status: 415,
    sentence: 'Send the body without Content-Encoding.',
    advice: 'A form, a directive or a command with a `Content-Encoding`.',
  },
  misdirected: {
    status: 421,
    sentence: 'The certificate of this connection is for another name. Open the address by the name that it is for.',
    advice:
      'The host of the request is none of the names of the certificate that its connection was made with, such as a bare IP address. Use a name that the certificate has; `skillgate check` lists them.',
  },
  headers_too_large: {
    status: 431,
    sentence: 'These headers are too large.',
    advice: 'The headers are more than 16 KiB.',
  },
  internal_error: {
    status: 500,
    sentence: 'Something went wrong in the gateway itself; its log says what.',
    advice: "A fault of the gateway's own, of which the log has the rest.",
  },
  bad_gateway: {
    status: 502,
    sentence: 'The server behind this gateway cannot be reached. Check that it is running, and try again.',
    advice: "The upstream can't be reached. Is it running?",
  },
  upstream_failed: {
    status: 502,
    sentence: 'The server behind this gateway answered with an error. Its own log says what is wrong.',
    advice:
      "The upstream answered a directive with a status that isn't 2xx, or broke off in the middle of its answer. Its own log says why.",
  },
  upstream_refused_gateway: {
    status: 502,
    sentence: 'The server behind this gateway does not accept the gateway. Its owner has to give it a valid token.',
    advice: "The upstream doesn't accept the gateway's own token: renew `upstreams.NAME.token`.",
  },
  store_unavailable: {
    status: 503,
    sentence: 'The gateway cannot reach its database right now. Nothing is lost: try again in a minute.',
    advice: "The database can't be used right now. Nothing is lost; try again.",
  },
  chain_unavailable: {
    status: 503,
    sentence: 'The certificates of Alexa cannot be had right now. Try again in a few seconds.',
    advice:
      "Alexa's certificates could not be fetched: can this machine reach `s3.amazonaws.com` at port 443? Or too many strangers have sent addresses to fetch from.",
  },
  clock_unsettled: {
    status: 503,
    sentence:
      "The clock of the gateway's machine is not certain right now. Nothing is lost: try again in a few minutes.",
    advice: "The machine's clock was set, or is wrong: check it. Nothing is lost; try again.",
  },
  too_busy: {
    status: 503,
    sentence: 'Too many people are signing in at this moment. Go back and try again.',
    advice: 'More than 20 sign-ins are waiting. Try again.',
  },
  upstream_busy: {
    status: 503,
    sentence: 'The server behind this gateway has too much to do at this moment. Try again in a few seconds.',
    advice:
      'All `connections` of the upstream were in use for as long as its `response_timeout`, or 1,000 requests wait for one already.',
  },
  overloaded: {
    status: 503,
    sentence: 'The gateway has more to do than it has memory for. Try again in a few seconds.',
    advice: 'The process has more than `limits.memory` in RAM. It recovers by itself; the log says when.',
  },
  gateway_timeout: {
    status: 504,
    sentence: 'The server behind this gateway takes too long to answer. Try again later.',
    advice: 'The upstream takes longer than its `response_timeout`.',
  },
} as const satisfies Record<string, RefusalEntry>

/** These are never thrown: the listeners answer where nothing of the gateway has seen the request yet. */
type BeforeRequest = 'malformed_request' | 'headers_too_large' | 'https_required'

/** These are told in Music Assistant's own form. */
type OfCommands = 'unknown_command' | 'invalid_command' | 'command_refused'

export type GatewayErrorCode = Exclude<keyof typeof GATEWAY_ERRORS, BeforeRequest | OfCommands>

/** A request that the gateway doesn't forward, or couldn't. */
export class GatewayError extends Refusal<GatewayErrorCode> {
  override name = 'GatewayError'

  /** @param detail what really happened; for the log only. */
  constructor(code: GatewayErrorCode, detail?: string, headers?: Record<string, string>) {
    super(code, GATEWAY_ERRORS[code], detail, headers)
  }
}
