import { z } from 'zod'
import { dnsSchema } from './dns-schema.ts'
import { file, flag, isHostName, keys, list, oneOf, type Surroundings, secretSource, text } from './forms.ts'

/** Where `tls.source: acme` asks, unless it is told. */
export const LETS_ENCRYPT = 'https://acme-v02.api.letsencrypt.org/directory'

/** `tls`: how the gateway speaks TLS, and where its certificates come from. */
export function tlsSchema(surroundings: Surroundings) {
  const ofAll = {
    suites: oneOf(['modern', 'alexa', 'old'])
      .default('alexa')
      .describe(
        'Which suites clients may choose from, over TLS 1.2 and 1.3: `modern` those with forward secrecy and AEAD; `alexa` also those with CBC that some of its clients need; `old` also those without forward secrecy.',
      ),
    hsts: flag(true).describe(
      'Whether browsers are told to come by https only, for half a year: from when a certificate is served that everybody trusts.',
    ),
    hosts: z
      .record(certificateName(), z.discriminatedUnion('source', sources(surroundings, {}), { error: SOURCE_FORM }), {
        error: 'a map of sources by the names that they are for',
      })
      .default({})
      .describe('Names that have a certificate of another source, such as `music.example.org` or `*.example.org`.'),
  }
  return z
    .preprocess(
      // The word alone is enough, for it has no keys.
      (value) => (value === 'none' ? { source: 'none' } : value),
      z.discriminatedUnion(
        'source',
        [
          ...sources(surroundings, ofAll),
          keys({
            source: z.literal('none').describe('TLS ends at a proxy in front: `tls: none`, with `listen.plain`.'),
          }),
        ],
        { error: `${SOURCE_FORM}, or the word none` },
      ),
    )
    .describe('The certificates that it serves, and how.')
}

const SOURCE_FORM = '{ source: local }, { source: files, certificate: ... }, { source: acme, ... }'

function sources<Extra extends z.core.$ZodLooseShape>(surroundings: Surroundings, extra: Extra) {
  const local = keys({
    source: z.literal('local').describe('A CA of its own, made at the first start.'),
    directory: file(surroundings, 'Where the local CA and its certificate are kept.').prefault('certs'),
    ...extra,
  })
  const files = keys({
    source: z.literal('files').describe('What somebody else keeps fresh.'),
    certificate: file(surroundings, 'The certificate, followed by its chain, in PEM; or a PKCS#12 file.'),
    key: file(surroundings, 'The key, in PEM; in the file of the certificate if absent.').optional(),
    password: secretSource(surroundings).optional().describe('What the key, or the PKCS#12 file, is encrypted with.'),
    ...extra,
  })
  const acme = keys({
    source: z.literal('acme').describe('A CA that gives certificates by itself, such as Let’s Encrypt (RFC 8555).'),
    terms_of_service: oneOf(['accepted']).describe(
      'That you accept the terms of service of the CA, which its directory names; `skillgate cert get --staging` shows where they are.',
    ),
    directory: text('an https URL', (value) => URL.parse(value)?.protocol === 'https:')
      .default(LETS_ENCRYPT)
      .describe('The directory of the CA.'),
    ca: file(
      surroundings,
      'The PEM roots that the directory itself is trusted by; those of Node if absent.',
    ).optional(),
    email: text('an e-mail address', (value) => /^[^\s@]+@[^\s@]+$/.test(value))
      .optional()
      .describe('Where the CA may write to; nobody, if absent.'),
    eab: keys({
      kid: text('a key identifier').describe('The key identifier, which isn’t secret.'),
      hmac_key: secretSource(surroundings).describe('The HMAC key, in base64url as the CA shows it.'),
    })
      .optional()
      .describe(
        'For a CA that wants an account made at its web site first, such as ZeroSSL or Google Trust Services: the credentials for external account binding that it shows there (RFC 8555 section 7.3.4).',
      ),
    challenge: oneOf(['tls-alpn-01', 'http-01', 'dns-01'])
      .default('tls-alpn-01')
      .describe(
        'How the CA finds out whose name it is: `tls-alpn-01` at port 443, `http-01` at port 80, which `listen.http` has to answer, `dns-01` in the DNS, which wildcards need.',
      ),
    dns: dnsSchema(surroundings).optional().describe('With `dns-01`: who puts a record into the DNS.'),
    names: list(certificateName(), 'a list of names')
      .optional()
      .describe('What the certificate is for; the host of `public_url` and those of routes if absent.'),
    keys: list(oneOf(['rsa', 'ec']), 'a list of kinds of keys')
      .default(['rsa', 'ec'])
      .describe(
        'The kinds of keys that there are certificates for; each client gets what it can use. Alexa’s older clients want `rsa`.',
      ),
    profile: text('the name of a profile such as classic or shortlived', (value) => /^[\w-]+$/.test(value))
      .optional()
      .describe('Which kind of certificate, where the CA has several; its usual one if absent.'),
    ...extra,
  })
  return [local, files, acme] as const
}

function certificateName() {
  return text('a host name in lower case such as music.example.org, or *.example.org for all just below it', (value) =>
    isHostName(value.replace(/^\*\./, '')),
  ).meta({ takes: 'a host name such as music.example.org, or *.example.org' })
}
