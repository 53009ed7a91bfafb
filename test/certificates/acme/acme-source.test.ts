import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import type { AcmeOptions, AcmeSettings } from '../../../src/certificates/acme/acme-orders.ts'
import { acmeSource } from '../../../src/certificates/acme/acme-source.ts'
import { type CertificateAuthority, OrderError, type OrderRequest } from '../../../src/certificates/acme/order.ts'
import type { RenewalWindow } from '../../../src/certificates/acme/renewal-time.ts'
import { openChallenges } from '../../../src/certificates/challenges.ts'
import { makeCaCertificate, makeLeafCertificate } from '../../../src/certificates/local/local-ca.ts'
import { newRsaKey } from '../../../src/certificates/local/new-rsa-key.ts'
import { mountSmallDisk, writes } from '../../faults/small-disk.ts'
import { type TestEnvironment, temporaryFolder, testEnvironment } from '../../support/environment.ts'
import { manualSleep } from '../../support/manual-sleep.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const NAMES = ['music.example.org', 'home.example.org']
const caKey = await newRsaKey()
const ca = makeCaCertificate({ key: caKey, host: 'a test', now: Date.now() - 100 * DAY_MS, randomBytes })

const settings: AcmeSettings = {
  source: 'acme',
  terms_of_service: 'accepted',
  directory: 'https://ca.example/directory',
  challenge: 'http-01',
  keys: ['rsa'],
}

/** A CA that gives what it is asked for, for 397 days, until it is told what to say instead. */
function testAuthority(environment: TestEnvironment) {
  const orders: OrderRequest[] = []
  const authority: CertificateAuthority & {
    failure?: OrderError
    window?: RenewalWindow
    orders: OrderRequest[]
    asked: number
  } = {
    orders,
    asked: 0,
    async order(request, { keepAccount }) {
      orders.push(request)
      if (authority.failure) throw authority.failure
      await keepAccount?.('https://ca.example/account/1')
      const key = createPrivateKey(request.key)
      const now = environment.now()
      const leaf = makeLeafCertificate({
        ca: new X509Certificate(ca),
        caKey,
        key,
        names: request.names,
        now,
        randomBytes,
      })
      return { certificate: leaf + ca, accountUrl: 'https://ca.example/account/1' }
    },
    async renewalInfo() {
      authority.asked += 1
      return { window: authority.window, retryAfterMs: 6 * HOUR_MS, explanation: undefined }
    },
  }
  return authority
}

function open(t: ExecutionContext, folder = temporaryFolder(t), change: Partial<AcmeOptions> = {}) {
  const environment = testEnvironment()
  const sleeping = manualSleep()
  const authority = testAuthority(environment)
  const log: string[] = []
  const note = (fields: unknown, message?: string) =>
    void log.push(`${message}: ${(fields as { detail: string }).detail}`)
  const options: AcmeOptions = {
    settings,
    names: NAMES,
    folder,
    authority,
    challenges: openChallenges(environment),
    environment,
    log: { debug() {}, info: note, warn: note, error: note },
    sleep: sleeping.sleep,
    userAgent: 'Skillgate/test',
    ...change,
  }
  const source = acmeSource(options)
  let news = 0
  return {
    ...{ source, authority, environment, log, folder, ...sleeping },
    news: () => news,
    begin() {
      const stop = source.tend?.(() => {
        news += 1
      })
      t.teardown(() => stop?.())
      return stop
    },
    /** Lets the pause pass. @returns how long the next one is. */
    async passes(milliseconds?: number) {
      environment.advance(milliseconds ?? (await sleeping.asleep()))
      sleeping.wake()
      return sleeping.asleep()
    },
  }
}

test('what is not there yet is ordered at once, kept, and served from then on', async (t) => {
  const { source, authority, begin, asleep, news, log, folder } = open(t)
  t.deepEqual(await source.load(), [])
  begin()
  await asleep()
  t.is(news(), 1)
  const [first] = await source.load()
  t.deepEqual(first?.names, NAMES)
  t.like(authority.orders[0], {
    names: NAMES,
    challenge: 'http-01',
    termsOfServiceAgreed: true,
    userAgent: 'Skillgate/test',
    accountUrl: undefined,
  })
  t.regex(
    log.join('\n'),
    /certificate ordered: RSA, for music\.example\.org, home\.example\.org, from ca\.example by http-01/,
  )
  t.regex(log.join('\n'), /certificate issued: RSA, for .* good until 20\d\d-/)
  t.deepEqual(await open(t, folder).source.load(), [first])
})

test('it is renewed in the last third of its lifetime, and the CA is told what by', async (t) => {
  const { source, authority, environment, begin, passes, asleep } = open(t)
  begin()
  await asleep()
  const [first] = await source.load()
  // To load has it look.
  await asleep()
  const third = ((first?.notAfter ?? 0) - (first?.notBefore ?? 0)) / 3
  environment.advance((first?.notAfter ?? 0) - third - environment.now() - HOUR_MS)
  await passes(0)
  t.is(authority.orders.length, 1)
  await passes(HOUR_MS + third / 4)
  t.is(authority.orders.length, 2)
  t.is(authority.orders[1]?.accountUrl, 'https://ca.example/account/1')
  t.true(authority.orders[1]?.replaces?.startsWith(first?.certificate ?? 'nothing'))
  t.is((await source.load()).length, 1)
  t.not((await source.load())[0]?.certificate, first?.certificate)
})

test('the CA says when: it is asked each time that it wants to be, and a window that has come is obeyed', async (t) => {
  const { authority, environment, begin, passes, asleep } = open(t)
  begin()
  await asleep()
  await passes()
  t.is(authority.asked, 1)
  const { orders } = authority
  for (let hour = 0; hour < 24; hour++) await passes(HOUR_MS)
  authority.asked = 1
  authority.window = { start: environment.now(), end: environment.now() + 1000 }
  for (let hour = 0; hour < 5; hour++) await passes(HOUR_MS)
  t.is(authority.asked, 1)
  await passes(HOUR_MS)
  t.true(authority.asked > 1)
  await passes(HOUR_MS)
  t.true(orders.length > 1)
})

test('what fails is tried again after a minute, then two, up to six hours, for as long as it takes; what is served stays', async (t) => {
  const { source, authority, environment, begin, passes, asleep, log } = open(t)
  begin()
  await asleep()
  const [served] = await source.load()
  // To load has it look.
  await asleep()
  environment.advance((served?.notAfter ?? 0) - environment.now() - 20 * DAY_MS)
  authority.failure = new OrderError('The CA is on holiday.')
  const pauses: number[] = []
  for (let count = 0; count < 12; ) {
    const { length } = authority.orders
    const pause = await passes()
    if (authority.orders.length > length) {
      count += 1
      pauses.push(pause)
    }
  }
  const minutes = pauses.map((pause) => pause / 60_000)
  // With up to a tenth more, by chance; nobody waits for longer than an hour without a look.
  for (const [index, least] of [1, 2, 4, 8, 16, 32].entries()) {
    t.true((minutes[index] ?? 0) >= least * 0.99 && (minutes[index] ?? 0) <= least * 1.11, `${minutes[index]}`)
  }
  t.true(minutes.slice(6).every((one) => one >= 59.9 && one <= 60))
  t.deepEqual(await source.load(), [served])
  t.regex(
    log.at(-1) ?? '',
    /certificate not issued: The CA is on holiday\. What is served is good until .*\. Tried again by itself at /,
  )
  delete authority.failure
  for (let hours = 0; hours < 8; hours++) await passes(HOUR_MS)
  t.not((await source.load())[0]?.certificate, served?.certificate)
})

test('as long as a CA asks to wait nobody tries again, also not after a restart', async (t) => {
  const first = open(t)
  first.authority.failure = new OrderError('Too many.', { reason: 'rateLimited', retryAfterMs: 30 * HOUR_MS })
  first.begin()
  t.is(await first.passes(), HOUR_MS)
  t.is(first.authority.orders.length, 1)
  const second = open(t, first.folder)
  second.begin()
  await second.asleep()
  for (let hours = 0; hours < 29; hours++) await second.passes(HOUR_MS)
  t.is(second.authority.orders.length, 0)
  for (let hours = 0; hours < 5; hours++) await second.passes(HOUR_MS)
  t.is(second.authority.orders.length, 1)
})

test('without being asked to wait, a restart tries at once, for somebody may have mended what was wrong', async (t) => {
  const first = open(t)
  first.authority.failure = new OrderError('No.')
  first.begin()
  await first.passes()
  const second = open(t, first.folder)
  second.begin()
  await second.asleep()
  t.is(second.authority.orders.length, 1)
})

test('a process that ends again and again while it orders does not wear the CA out', async (t) => {
  const folder = temporaryFolder(t)
  let orders = 0
  for (let start = 0; start < 8; start++) {
    const { authority, begin, asleep } = open(t, folder)
    const ordered = new Promise<void>((resolve) => {
      authority.order = () => {
        orders += 1
        resolve()
        // Nobody hears of this one again.
        return new Promise(() => {})
      }
    })
    begin()
    await Promise.race([ordered, asleep()])
  }
  t.is(orders, 4)
})

test('what is damaged on the disk is not served, and ordered anew', async (t) => {
  const first = open(t)
  first.begin()
  await first.asleep()
  const [file = ''] = first.source.files
  const whole = readFileSync(file, 'utf8')
  for (const text of [
    '',
    whole.slice(0, 300),
    whole.replace('MII', 'MIJ'),
    whole.slice(whole.indexOf('-----BEGIN PRIVATE')),
  ]) {
    writeFileSync(file, text)
    const again = open(t, first.folder)
    t.deepEqual(await again.source.load(), [])
    again.begin()
    await again.asleep()
    t.is((await again.source.load()).length, 1)
  }
})

test('a name that was added is ordered at once, and what there is is served meanwhile', async (t) => {
  const first = open(t)
  first.begin()
  await first.asleep()
  const names = [...NAMES, 'new.example.org']
  const second = open(t, first.folder, { names })
  const [served] = await second.source.load()
  t.deepEqual(served?.names, NAMES)
  t.deepEqual(served?.warnings, ['it is not for new.example.org yet'])
  second.begin()
  await second.asleep()
  t.deepEqual((await second.source.load())[0]?.names, names)
})

test('what another CA gave is not taken for this one’s', async (t) => {
  const first = open(t)
  first.begin()
  await first.asleep()
  const other = { settings: { ...settings, directory: 'https://ca.example/another' } }
  t.deepEqual(await open(t, first.folder, other).source.load(), [])
})

test('a certificate that is not for all names, or has another key, is refused', async (t) => {
  for (const change of [
    (request: OrderRequest) => ({ ...request, names: NAMES.slice(0, 1) }),
    async (request: OrderRequest) => ({
      ...request,
      key: (await newRsaKey()).export({ type: 'pkcs8', format: 'pem' }).toString(),
    }),
  ]) {
    const { source, authority, begin, asleep, log, passes } = open(t)
    const { order } = authority
    authority.order = async (request, ways) => order(await change(request), ways)
    begin()
    await asleep()
    await passes()
    t.deepEqual(await source.load(), [])
    t.regex(
      log.join('\n'),
      /certificate not issued: .*(gave a certificate that is not for home\.example\.org|does not belong)/,
    )
  }
})

test('renewing on request orders now, and what goes wrong is for who asked', async (t) => {
  const { source, authority } = open(t)
  await source.renew?.()
  t.is((await source.load()).length, 1)
  authority.failure = new OrderError('No.')
  await t.throwsAsync(async () => source.renew?.(), { message: 'No.' })
  t.is((await source.load()).length, 1)
})

test('roots that can not be read are named, and tried again', async (t) => {
  const { begin, asleep, passes, log } = open(t, undefined, { settings: { ...settings, ca: '/nowhere/roots.pem' } })
  begin()
  await asleep()
  await passes()
  t.regex(log.join('\n'), /certificate not issued: \/nowhere\/roots\.pem can't be read .* Tried again by itself/)
})

test('a CA that always wants everything renewed at once gets an order a day, not one a minute', async (t) => {
  const { authority, environment, begin, passes, asleep } = open(t)
  begin()
  await asleep()
  authority.window = { start: environment.now() - DAY_MS, end: environment.now() - HOUR_MS }
  for (let hour = 0; hour < 21; hour++) await passes(HOUR_MS)
  t.true(authority.asked > 0)
  t.is(authority.orders.length, 1)
  for (let hour = 0; hour < 10; hour++) await passes(HOUR_MS)
  t.is(authority.orders.length, 2)
})

test('a service that restarts each minute with a name that can not be proven stays under the limits of its CA', async (t) => {
  const folder = temporaryFolder(t)
  const start = testEnvironment().now()
  const ordered: number[] = []
  let log: string[] = []
  for (let minute = 0; minute < 60; minute++) {
    const { authority, environment, begin, asleep, ...more } = open(t, folder)
    environment.advance(start + minute * 60_000 - environment.now())
    authority.failure = new OrderError('music.example.org was not proven.')
    const stop = begin()
    await asleep()
    if (authority.orders.length > 0) ordered.push(minute)
    log = more.log
    await stop?.()
  }
  // Let's Encrypt takes five failures at once, and one more each twelve minutes.
  for (const [index, minute] of ordered.entries()) t.true(index + 1 <= 5 + minute / 12, ordered.join(', '))
  t.true(ordered.length > 4, ordered.join(', '))
  t.regex(log.join('\n'), /certificate is ordered later: Earlier tries failed.* npx skillgate cert renew/)
})

test('a clock that was ahead when it failed does not prolong the pause', async (t) => {
  const { authority, environment, begin, asleep, passes } = open(t)
  environment.advance(5 * DAY_MS)
  authority.failure = new OrderError('No.')
  begin()
  await asleep()
  await passes()
  const { length } = authority.orders
  environment.advance(-5 * DAY_MS)
  await passes(0)
  for (let minute = 0; minute < 5; minute++) await passes(60_000)
  t.true(authority.orders.length > length)
})

test('whoever wants one while the CA asks to wait is told until when, and the CA is left alone', async (t) => {
  const { source, authority, environment } = open(t)
  authority.failure = new OrderError('Too many.', { reason: 'rateLimited', retryAfterMs: 2 * HOUR_MS })
  await t.throwsAsync(async () => source.renew?.(), { message: 'Too many.' })
  await t.throwsAsync(async () => source.renew?.(), { message: /The CA asks to wait until 20\d\d-/ })
  t.is(authority.orders.length, 1)
  environment.advance(3 * HOUR_MS)
  await t.throwsAsync(async () => source.renew?.(), { message: 'Too many.' })
  t.is(authority.orders.length, 2)
})

test('what is no certificate at all, and a fault that nobody thought of, are told, and end nothing', async (t) => {
  const { source, authority, begin, asleep, passes, log } = open(t)
  const { order } = authority
  authority.order = async (...words) => ({ ...(await order(...words)), certificate: { captive: 'portal' } as never })
  begin()
  await asleep()
  t.regex(log.join('\n'), /certificate not issued: .* gave something else than a certificate/)
  authority.order = async () => undefined as never
  await passes()
  await passes(HOUR_MS)
  t.regex(log.join('\n'), /certificate not issued: A fault of Skillgate: TypeError/)
  authority.order = order
  for (let hour = 0; hour < 2; hour++) await passes(HOUR_MS)
  t.is((await source.load()).length, 1)
})

test('an order is given up when its source is wanted no more, and that is no failure', async (t) => {
  const { authority, begin, folder } = open(t)
  const begun = Promise.withResolvers<AbortSignal>()
  authority.order = (_request, _ways, stopping = new AbortController().signal) => {
    begun.resolve(stopping)
    return new Promise((_resolve, reject) =>
      stopping.addEventListener('abort', () => reject(new OrderError('It is not wanted any more.'))),
    )
  }
  const stop = begin()
  const stopping = await begun.promise
  await stop?.()
  t.true(stopping.aborted)
  const next = open(t, folder)
  next.begin()
  await next.asleep()
  t.is(next.authority.orders.length, 1)
})

test('an account whose key was lost is not asked for by another key', async (t) => {
  const first = open(t)
  first.begin()
  await first.asleep()
  const [file = ''] = first.source.files
  rmSync(join(dirname(file), 'account.key'))
  await first.source.renew?.()
  t.is(first.authority.orders[1]?.accountUrl, undefined)
  t.not(first.authority.orders[1]?.accountKey, first.authority.orders[0]?.accountKey)
})

test('with a full disk what is served stays, the CA is not asked, and with room again it is renewed', async (t) => {
  const folder = temporaryFolder(t)
  if (!mountSmallDisk(t, folder)) return
  const { source, authority, environment, begin, asleep, passes, log } = open(t, folder)
  begin()
  await asleep()
  const [served] = await source.load()
  await asleep()
  const filling = join(folder, 'filling')
  for (const size of [65_536, 4096, 1]) while (writes(filling, size));
  environment.advance((served?.notAfter ?? 0) - environment.now() - 20 * DAY_MS)
  for (let hour = 0; hour < 5; hour++) await passes(HOUR_MS)
  t.is(authority.orders.length, 1)
  t.deepEqual(await source.load(), [served])
  t.regex(log.join('\n'), /certificate not issued: .*(full|no room|space)/)
  await asleep()
  rmSync(filling)
  for (let hour = 0; hour < 2; hour++) await passes(HOUR_MS)
  t.is(authority.orders.length, 2)
  t.not((await source.load())[0]?.certificate, served?.certificate)
})

test('a place that is taken by something else is named, and what is there stays', async (t) => {
  const first = open(t)
  first.begin()
  await first.asleep()
  const [file = ''] = first.source.files
  const elsewhere = join(first.folder, 'elsewhere.pem')
  renameSync(file, elsewhere)
  symlinkSync(elsewhere, file)
  const again = open(t, first.folder)
  t.is((await again.source.load()).length, 1)
  await again.source.renew?.()
  t.is((await again.source.load()).length, 1)
  rmSync(file)
  mkdirSync(file)
  await t.throwsAsync(open(t, first.folder).source.load(), { name: 'StorageError' })
})
