import { createPrivateKey, generateKeyPairSync, randomBytes, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import test, { type ExecutionContext } from 'ava'
import { challengeCertificate } from '../../../src/certificates/acme/challenge-certificate.ts'
import { fetchRenewalInfo } from '../../../src/certificates/acme/fetch-renewal-info.ts'
import type { OrderRequest, OrderWays } from '../../../src/certificates/acme/order.ts'
import { orderCertificate } from '../../../src/certificates/acme/order-certificate.ts'
import { openChallenges } from '../../../src/certificates/challenges.ts'
import { parseCertificates } from '../../../src/certificates/read-pem.ts'
import { namesOf } from '../../../src/certificates/server-certificate.ts'
import { systemEnvironment } from '../../../src/config/environment.ts'
import { startAlpnListener } from '../../support/acme/alpn-listener.ts'
import { type Pebble, type PebbleOptions, startPebble } from '../../support/acme/pebble.ts'

const NAMES = ['music.example.org', 'home.example.org']
const PKCS8 = { type: 'pkcs8', format: 'pem' } as const
const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export(PKCS8).toString()
const newRsaKey = () => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export(PKCS8).toString()
const accountKey = newKey()

/** One at a time: acme-client has one connection for a process. */
const serial = test.serial

interface Shown {
  pebble: Pebble
  request: OrderRequest
  ways: OrderWays
  told: string[]
}

/** A CA, and ways to show it names by each kind of challenge. */
async function start(
  t: ExecutionContext,
  options: PebbleOptions = {},
  change: Partial<OrderRequest> = {},
): Promise<Shown | undefined> {
  const challenges = openChallenges(systemEnvironment)
  const server = createServer(({ url = '' }, response) => {
    const answer = challenges.answer(url)
    response.writeHead(answer === undefined ? 404 : 200).end(answer)
  }).listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await once(server, 'listening')
  const httpPort = (server.address() as AddressInfo).port
  const alpn = new Map<string, { cert: string; key: string }>()
  const tlsPort = await startAlpnListener(t, (name) => alpn.get(name))
  const pebble = await startPebble(t, { httpPort, tlsPort, ...options })
  if (!pebble) return undefined
  const told: string[] = []
  return {
    pebble,
    told,
    request: {
      directory: pebble.directory,
      roots: pebble.roots,
      userAgent: 'Skillgate/test',
      accountKey,
      termsOfServiceAgreed: true,
      challenge: 'http-01',
      names: NAMES,
      key: newRsaKey(),
      ...change,
    },
    ways: {
      tell: (sentence) => told.push(sentence),
      putHttp: async (token, value) => challenges.put(token, value),
      removeHttp: async (token) => challenges.remove(token),
      putAlpn: async (name, keyAuthorization) =>
        void alpn.set(name, await challengeCertificate({ name, keyAuthorization }, systemEnvironment)),
      removeAlpn: async (name) => void alpn.delete(name),
      dns: { set: pebble.setTxt, remove: (name) => pebble.clearTxt(name) },
    },
  }
}

const order = ({ request, ways }: Shown, change: Partial<OrderRequest> = {}) =>
  orderCertificate({ ...request, ...change }, ways, systemEnvironment)

for (const challenge of ['http-01', 'tls-alpn-01', 'dns-01'] as const) {
  serial(`a certificate for two names comes by ${challenge}, each step told`, async (t) => {
    const shown = await start(t, {}, { challenge, email: 'ada@example.org' })
    if (!shown) return
    const { certificate, accountUrl } = await order(shown)
    const chain = parseCertificates(certificate, 'it')
    t.is(chain.length, 2)
    t.true(chain[0]?.checkPrivateKey(createPrivateKey(shown.request.key)))
    t.deepEqual(namesOf(chain[0] as X509Certificate).sort(), NAMES.toSorted())
    t.true(chain[1]?.checkIssued(new X509Certificate(await shown.pebble.root())))
    t.regex(accountUrl, /^https:\/\/127\.0\.0\.1:\d+\//)
    t.like(shown.told, [
      `Asking ${shown.pebble.directory} what it offers.`,
      'Registering an account for ada@example.org.',
      'Ordering a certificate for music.example.org, home.example.org.',
    ])
    t.true(shown.told.includes(`Showing by ${challenge} that home.example.org is ours.`))
    t.true(shown.told.includes('The CA has seen that music.example.org is ours.'))
    t.is(shown.told.at(-1), 'Fetching the certificate.')
    t.regex(shown.pebble.log(), /GET \/dir/)
  })
}

serial('a wildcard comes by dns-01, beside the name itself, whose record has the same place', async (t) => {
  const names = ['example.org', '*.example.org']
  const shown = await start(t, {}, { challenge: 'dns-01', names })
  if (!shown) return
  const [own] = parseCertificates((await order(shown)).certificate, 'it')
  t.deepEqual(namesOf(own as X509Certificate).sort(), names.toSorted())
})

serial('an order goes through although the CA refuses good nonces and forgets what was proven', async (t) => {
  const shown = await start(t, { nonceReject: 15, authorizationReuse: 0 })
  if (!shown) return
  for (const key of [newRsaKey(), newKey()]) {
    const [own] = parseCertificates((await order(shown, { key })).certificate, 'it')
    t.true(own?.checkPrivateKey(createPrivateKey(key)))
  }
  t.regex(shown.pebble.log(), /reject 15% of good nonces/)
})

serial('what was proven for one kind of key is not asked again for the other', async (t) => {
  const shown = await start(t)
  if (!shown) return
  const { accountUrl } = await order(shown)
  shown.told.length = 0
  await order(shown, { key: newKey(), accountUrl })
  t.false(shown.told.some((sentence) => /Registering|Showing/.test(sentence)))
})

serial('an account that the CA has forgotten is registered anew, with the same key', async (t) => {
  const shown = await start(t)
  if (!shown) return
  const { accountUrl } = await order(shown)
  await shown.pebble.restart()
  const kept: string[] = []
  const ways = { ...shown.ways, keepAccount: async (url: string) => void kept.push(url) }
  const again = await order({ ...shown, ways }, { accountUrl })
  t.deepEqual(kept, [again.accountUrl])
  t.true(shown.told.includes('The CA does not know the account any more: a new one is registered, with the same key.'))
})

serial(
  'a certificate has the profile that is asked for, and a profile that is not there is refused by name',
  async (t) => {
    const shown = await start(t, {}, { profile: 'shortlived' })
    if (!shown) return
    const [own] = parseCertificates((await order(shown)).certificate, 'it')
    const days = ((own?.validToDate.getTime() ?? 0) - (own?.validFromDate.getTime() ?? 0)) / 86_400_000
    t.is(Math.round(days), 6)
    await t.throwsAsync(order(shown, { profile: 'eternal' }), {
      name: 'OrderError',
      message: /has no profile "eternal"; it has classic, shortlived\. Mend "tls\.profile"/,
    })
  },
)

serial('the CA is told by what a certificate is replaced, and says when to renew', async (t) => {
  const shown = await start(t)
  if (!shown) return
  const { pebble, request } = shown
  const { certificate, accountUrl } = await order(shown)
  const usual = await fetchRenewalInfo(request, certificate, systemEnvironment)
  const [own] = parseCertificates(certificate, 'it')
  const [from, to] = [own?.validFromDate.getTime() ?? 0, own?.validToDate.getTime() ?? 0]
  t.true((usual.window?.start ?? 0) > from && (usual.window?.end ?? 0) < to)
  t.is(usual.retryAfterMs, 6 * 3_600_000)
  const [start_, end] = [new Date(from), new Date(from + 60_000)]
  await pebble.setRenewalInfo(certificate, start_, end)
  const urgent = await fetchRenewalInfo(request, certificate, systemEnvironment)
  t.deepEqual(urgent.window, { start: start_.getTime(), end: end.getTime() })

  await order(shown, { accountUrl, replaces: certificate })
  t.regex(pebble.log(), /ARI: order .* is a replacement of/)
  // A second time the CA refuses that; the certificate comes all the same.
  await order(shown, { accountUrl, replaces: certificate })
  t.true(shown.told.some((sentence) => sentence.includes('it is ordered as a new one')))
})

serial('what the CA found instead of the proof is said, with what to do', async (t) => {
  const shown = await start(t)
  if (!shown) return
  const nothing = { ...shown.ways, putHttp: async () => {} }
  await t.throwsAsync(order({ ...shown, ways: nothing }), {
    message:
      /^(music|home)\.example\.org was not proven by http-01: 127\.0\.0\.1:\d+ says ".*404.*" \(unauthorized\)\. Somebody else answered than this gateway/,
  })
})

serial('a name that the CA gives nothing for is refused with what it says', async (t) => {
  const shown = await start(t, { blocked: ['home.example.org'] })
  if (!shown) return
  await t.throwsAsync(order(shown), {
    message:
      /^No certificate for music\.example\.org, home\.example\.org could be ordered: .* says ".*forbidden by policy.* \(rejectedIdentifier\)\./,
  })
})

serial('a CA that is down, or that nobody vouches for, is an error in words', async (t) => {
  const shown = await start(t)
  if (!shown) return
  await t.throwsAsync(order(shown, { roots: undefined }), {
    message: /the certificate of 127\.0\.0\.1:\d+ is not trusted .* "tls\.ca"/,
  })
  await shown.pebble.stop()
  await t.throwsAsync(order(shown), {
    message: /^The CA could not be asked: 127\.0\.0\.1:\d+ is not reached: .*ECONNREFUSED.* Nobody listens there/,
  })
})

serial('terms of service that nobody has accepted are named', async (t) => {
  const shown = await start(t, {}, { termsOfServiceAgreed: false })
  if (!shown) return
  await t.throwsAsync(order(shown), { message: /wants its terms of service accepted: read .*, then set tls\.terms/ })
})

const KEYS = { 'kid-1': randomBytes(32).toString('base64url'), 'kid-2': randomBytes(32).toString('base64url') }

serial(
  'a CA that wants an account made at its web site registers one by its credentials, and asks for them once',
  async (t) => {
    const shown = await start(t, { externalAccounts: KEYS })
    if (!shown) return
    const { accountUrl } = await order(shown, { externalAccount: { kid: 'kid-1', hmacKey: KEYS['kid-1'] } })
    t.is((await order(shown, { accountUrl })).accountUrl, accountUrl)
  },
)

serial(
  'without such credentials nothing is asked of that CA, and with those of another it is told what to do',
  async (t) => {
    const shown = await start(t, { externalAccounts: KEYS }, { accountKey: newKey() })
    if (!shown) return
    await t.throwsAsync(order(shown), {
      message: /wants an account made at its web site first: make one.*"tls\.eab"\.$/,
    })
    t.notRegex(shown.pebble.log(), /sign-me-up/)
    const wrong = { kid: 'kid-1', hmacKey: KEYS['kid-2'] }
    await t.throwsAsync(order(shown, { externalAccount: wrong }), {
      message: /^The account could not be registered: .*"tls\.eab"/,
    })
    t.false(shown.told.join().includes(KEYS['kid-2']))
  },
)
