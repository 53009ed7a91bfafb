import test from 'ava'
import { makeAmazon, makeCertificate, newKey, signatureOf, skillRequest } from '../support/alexa-signing.ts'
import { type SignedCase, VERIFIERS, type Verdict } from './alexa-verifiers.ts'

const amazon = makeAmazon()
const HOST = 'https://s3.amazonaws.com'
let count = 0

interface Case {
  /** Of ours. */
  verdict: Verdict
  change?: (one: SignedCase & { path: string }) => Partial<SignedCase> | undefined
  /** Of the envelope. */
  request?: Parameters<typeof skillRequest>[0]
  /** Those of the others that come to another verdict, and why ours is right. */
  differs?: { who: ('alexaVerifier' | 'sdk')[]; why: string }
}

const BOTH: ('alexaVerifier' | 'sdk')[] = ['alexaVerifier', 'sdk']

const withUrl = (url: (path: string) => string) => ({
  change: ({ headers, path }: SignedCase & { path: string }) => ({
    headers: { ...headers, SignatureCertChainUrl: url(path) },
  }),
})
const withTimestamp = (timestamp: unknown, type = 'LaunchRequest') => ({ request: { type, more: { timestamp } } })
const withChain = ({ chain, root, signer }: ReturnType<typeof makeAmazon>) => ({
  change: ({ headers, body, path }: SignedCase & { path: string }) => ({
    headers: { ...headers, 'Signature-256': signatureOf(body, signer) },
    storage: { [path]: chain },
    roots: [root.pem],
  }),
})
const at = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString()
const rogueRoot = makeCertificate({ ca: true, subject: 'Rogue', key: newKey() })
const OTHER_KEY = { key: newKey() }

const CASES: Record<string, Case> = {
  'a valid request': { verdict: 'taken' },
  'double-byte UTF-8': { verdict: 'taken', request: { more: { said: 'Die Ärzte, 宇多田ヒカル' } } },

  'timestamp missing': { verdict: 'refused', ...withTimestamp(undefined) },
  'timestamp stale': { verdict: 'refused', ...withTimestamp(at(-200)) },
  'timestamp valid, if late': { verdict: 'taken', ...withTimestamp(at(-100)) },
  'timestamp unparseable': {
    verdict: 'refused',
    ...withTimestamp('yesterday'),
    differs: {
      who: BOTH,
      why: 'NaN is neither too old nor new enough: they compare it with <, which is never true, and so it never ends',
    },
  },
  'timestamp in the future': {
    verdict: 'refused',
    ...withTimestamp(at(3600)),
    differs: { who: BOTH, why: 'the tolerance is 150 s either way: what is of tomorrow can be replayed until then' },
  },
  'timestamp as a number': {
    verdict: 'refused',
    ...withTimestamp(Date.now()),
    differs: { who: BOTH, why: 'Alexa sends ISO 8601, and what else is read as a time depends on who reads it' },
  },
  'event within the hour': {
    verdict: 'taken',
    ...withTimestamp(at(-3000), 'AlexaSkillEvent.SkillDisabled'),
    differs: {
      who: ['alexaVerifier'],
      why: 'Amazon sends events again for an hour; it knows no events, and they are lost',
    },
  },
  'event beyond the hour': { verdict: 'refused', ...withTimestamp(at(-3700), 'AlexaSkillEvent.SkillDisabled') },

  'URL missing': {
    verdict: 'refused',
    change: ({ headers }) => ({ headers: { ...headers, SignatureCertChainUrl: undefined } }),
  },
  'signature missing': {
    verdict: 'refused',
    change: ({ headers }) => ({ headers: { ...headers, 'Signature-256': undefined } }),
  },
  'only the older Signature': {
    verdict: 'refused',
    change: ({ headers: { 'Signature-256': signature, ...headers } }) => ({
      headers: { ...headers, Signature: signature },
    }),
  },
  'signature not base64': {
    verdict: 'refused',
    change: ({ headers }) => ({ headers: { ...headers, 'Signature-256': '????' } }),
  },
  'signature wrong': {
    verdict: 'refused',
    change: ({ headers }) => ({ headers: { ...headers, 'Signature-256': Buffer.alloc(256, 1).toString('base64') } }),
  },
  'signature by another key': {
    verdict: 'refused',
    change: ({ headers, body }) => ({ headers: { ...headers, 'Signature-256': signatureOf(body, OTHER_KEY) } }),
  },
  'header case variants': {
    verdict: 'taken',
    change: ({ headers }) => ({
      headers: { SIGNATURECERTCHAINURL: headers.SignatureCertChainUrl, 'signature-256': headers['Signature-256'] },
    }),
  },
  'a mutated body': { verdict: 'refused', change: ({ body }) => ({ body: body.replace('en-AU', 'en-US') }) },
  'a body that was parsed and written again': {
    verdict: 'refused',
    change: ({ body, headers }) => ({
      headers: { ...headers, 'Signature-256': signatureOf(` ${body}`, amazon.signer) },
    }),
  },

  'URL with :443': { verdict: 'taken', ...withUrl((path) => `${HOST}:443${path}`) },
  'URL with /echo.api/../echo.api/': { verdict: 'taken', ...withUrl((path) => `${HOST}/echo.api/..${path}`) },
  'URL with HTTPS://': { verdict: 'taken', ...withUrl((path) => `HTTPS://s3.amazonaws.com${path}`) },
  'URL with an upper-case host': { verdict: 'taken', ...withUrl((path) => `https://S3.AMAZONAWS.COM${path}`) },
  'URL with http': { verdict: 'refused', ...withUrl((path) => `http://s3.amazonaws.com${path}`) },
  'URL with the wrong host': { verdict: 'refused', ...withUrl((path) => `https://notamazon.com${path}`) },
  'URL with a look-alike host': {
    verdict: 'refused',
    ...withUrl((path) => `https://s3.amazonaws.com.evil.example${path}`),
  },
  'URL with a trailing-dot host': { verdict: 'refused', ...withUrl((path) => `https://s3.amazonaws.com.${path}`) },
  'URL with :563': { verdict: 'refused', ...withUrl((path) => `${HOST}:563${path}`) },
  'URL with a user': {
    verdict: 'refused',
    ...withUrl((path) => `https://user:word@s3.amazonaws.com${path}`),
    differs: { who: BOTH, why: 'they fetch with the user and the password that a stranger chose' },
  },
  'URL with a query': {
    verdict: 'refused',
    ...withUrl((path) => `${HOST}${path}?versionId=1`),
    differs: {
      who: BOTH,
      why: 'a query can have S3 answer with another version of the object than the one that is there',
    },
  },

  'fetch error': { verdict: 'refused', change: () => ({ storage: {} }) },
  'fetch non-200': { verdict: 'refused', change: ({ path }) => ({ storage: { [path]: 403 } }) },
  'certificate expired': {
    verdict: 'refused',
    ...withChain(makeAmazon({ from: Date.now() - 9e8, until: Date.now() - 1e8 })),
  },
  'certificate not yet valid': {
    verdict: 'refused',
    ...withChain(makeAmazon({ from: Date.now() + 1e8, until: Date.now() + 9e8 })),
  },
  'certificate with the wrong SAN': { verdict: 'refused', ...withChain(makeAmazon({ names: ['other.amazon.com'] })) },
  'certificate garbage': { verdict: 'refused', change: ({ path }) => ({ storage: { [path]: 'garbage' } }) },
  'chain broken': {
    verdict: 'refused',
    change: ({ path }) => ({ storage: { [path]: amazon.signer.pem } }),
    differs: { who: ['alexaVerifier'], why: 'it checks no chain at all: anybody can make such a certificate' },
  },
  'root untrusted': {
    verdict: 'refused',
    change: () => ({ roots: [rogueRoot.pem] }),
    differs: { who: ['alexaVerifier'], why: 'it checks no chain at all' },
  },
  'self-signed by a rogue': {
    verdict: 'refused',
    ...withChain({ ...amazon, ...(({ pem }) => ({ chain: pem }))(makeCertificate({})) }),
    differs: { who: ['alexaVerifier'], why: 'it checks no chain at all' },
  },
  'an empty trust store': {
    verdict: 'refused',
    change: () => ({ roots: [] }),
    differs: { who: ['alexaVerifier'], why: 'it asks no trust store' },
  },
  'an oversized key of no use': {
    verdict: 'refused',
    ...withChain(makeAmazon({ key: newKey(1024) })),
    differs: { who: BOTH, why: 'keys of 1,024 bits can be broken, and no public CA certifies them' },
  },
  'a chain signed with SHA-1': {
    verdict: 'refused',
    ...withChain(makeAmazon({ digest: 'sha1' })),
    differs: { who: BOTH, why: 'two certificates can be made with one signature of SHA-1' },
  },
}

for (const [path, name] of Object.entries({
  '/EcHo.aPi/cert.pem': 'URL with /EcHo.aPi/',
  '/invalid.path/cert.pem': 'URL with /invalid.path/',
  '/echo.api.evil/cert.pem': 'URL with /echo.api.evil/',
}))
  CASES[name] = { verdict: 'refused', change: ({ headers }) => elsewhere(headers, path, path) }

const LEADS_OUT =
  'they hold the beginning of what was sent against the rule, and then fetch what it leads to: a bucket of anybody'
for (const [name, url] of Object.entries({
  'URL that leads out by ..': '/echo.api/../other-bucket/cert.pem',
  'URL that leads out by %2e%2e': '/echo.api/%2e%2e/other-bucket/cert.pem',
}))
  CASES[name] = {
    verdict: 'refused',
    change: ({ headers }) => elsewhere(headers, url, '/other-bucket/cert.pem'),
    differs: { who: BOTH, why: LEADS_OUT },
  }

/** A chain that would be good stands at another place. */
function elsewhere(headers: SignedCase['headers'], url: string, path: string): Partial<SignedCase> {
  return { headers: { ...headers, SignatureCertChainUrl: HOST + url }, storage: { [path]: amazon.chain } }
}

function build({ request, change }: Case): SignedCase {
  // Both of the others keep what they have fetched for ever.
  const path = `/echo.api/echo-api-cert-${++count}.pem`
  const body = JSON.stringify(skillRequest(request))
  const headers = { SignatureCertChainUrl: HOST + path, 'Signature-256': signatureOf(body, amazon.signer) }
  const valid = { headers, body, storage: { [path]: amazon.chain }, roots: [amazon.root.pem] }
  return { ...valid, ...change?.({ ...valid, path }) }
}

for (const [name, one] of Object.entries(CASES)) {
  const { verdict, differs } = one
  const title = differs ? `: not by ${differs.who.join(' and ')}, for ${differs.why}` : ', as by the others'
  test.serial(`${name}: ${verdict}${title}`, async (t) => {
    const signed = build(one)
    const other: Verdict = verdict === 'taken' ? 'refused' : 'taken'
    t.is(await VERIFIERS.ours(signed), verdict, 'ours')
    for (const who of BOTH) t.is(await VERIFIERS[who](signed), differs?.who.includes(who) ? other : verdict, who)
  })
}
