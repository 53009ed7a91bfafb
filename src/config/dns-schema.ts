import { z } from 'zod'
import { keys, list, matches, oneOf, type Surroundings, seconds, secretSource, text } from './forms.ts'

/** `dns` of `tls.source: acme`: who puts the record into the DNS that a CA wants to find there. */
export function dnsSchema(surroundings: Surroundings) {
  const waiting = {
    wait: seconds(0, 3600)
      .default(120)
      .describe(
        'Seconds in which the record has to be seen at the servers of the zone, before the CA is asked to look.',
      ),
  }
  return z.discriminatedUnion(
    'by',
    [
      keys({
        by: z.literal('command').describe('A program of yours.'),
        command: list(text('a word of a command'), 'a program and its arguments').describe(
          'Run with `set` or `remove`, the name of the record and its value added. Only a start can take up a change.',
        ),
        ...waiting,
      }),
      keys({
        by: z.literal('webhook').describe('A server of yours.'),
        url: text('an http or https URL', (value) =>
          ['http:', 'https:'].includes(URL.parse(value)?.protocol ?? ''),
        ).describe('Gets a POST with `{ "action": "set" or "remove", "name": ..., "value": ... }` in JSON.'),
        token: secretSource(surroundings).optional().describe('Sent as a bearer token.'),
        ...waiting,
      }),
      keys({
        by: z.literal('cloudflare').describe('The API of Cloudflare.'),
        token: secretSource(surroundings).describe('An API token with Zone.DNS: Edit and Zone.Zone: Read.'),
        ...waiting,
      }),
      keys({
        by: z.literal('duckdns').describe('DuckDNS, which can prove one name at a time.'),
        token: secretSource(surroundings).describe('The token of the account.'),
        ...waiting,
      }),
      keys({
        by: z.literal('rfc2136').describe('A name server that takes updates (RFC 2136), signed with TSIG.'),
        server: text(
          'host:port, or a host for port 53',
          matches(/^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?$/),
        ).describe('The name server.'),
        key_name: text('a name').describe('The name of the TSIG key.'),
        key: secretSource(surroundings).describe('The TSIG key, in base64.'),
        algorithm: oneOf(['hmac-sha256', 'hmac-sha512']).default('hmac-sha256').describe('That of the key.'),
        ...waiting,
      }),
    ],
    { error: '{ by: command | webhook | cloudflare | duckdns | rfc2136, ... }' },
  )
}
