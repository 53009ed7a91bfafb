import { generateKeyPairSync } from 'node:crypto'
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { openCertificateKeeper } from '../../../src/app/certificates/keep-certificates.ts'
import type { WantedCertificates } from '../../../src/app/certificates/wanted-certificates.ts'
import { CertificateError } from '../../../src/certificates/certificate-error.ts'
import type { CertificateSource } from '../../../src/certificates/certificate-source.ts'
import { openCertificateStore } from '../../../src/certificates/certificate-store.ts'
import { filesSource } from '../../../src/certificates/files/files-source.ts'
import type { ServerCertificate } from '../../../src/certificates/server-certificate.ts'
import { temporaryFolder } from '../../support/environment.ts'
import { chainFor, DAY, HOST, keyPem, servedOf } from '../../support/served-certificates.ts'

const NOW = Date.UTC(2026, 10, 23, 6)
const HOUR = 3_600_000
const SETTLE = 5_000

type Outcome = ServerCertificate[] | Error

/** A keeper whose sources do as they are told, whose time passes when it is told, and what it has said. */
function openKeeper(t: ExecutionContext) {
  let time = NOW
  const log: [level: string, message: string, detail: string][] = []
  const say = (level: string) => (line: unknown, message?: string) =>
    void log.push([level, message ?? '', (line as { detail: string }).detail])
  const tried: string[] = []
  const store = openCertificateStore({ now: () => time })
  const opened: string[] = []
  const outcomes = new Map<string, Outcome>()
  const pleaseLoad = new Map<string, () => void>()
  const ended: string[] = []
  let sleeping: { ms: number; wake: () => void }[] = []
  const open = ({ name }: WantedCertificates): CertificateSource => {
    opened.push(name)
    return {
      files: [],
      async load() {
        const outcome = outcomes.get(name) ?? []
        if (outcome instanceof Error) throw outcome
        return outcome
      },
      tend(onNew) {
        pleaseLoad.set(name, onNew)
        return async () => void ended.push(name)
      },
    }
  }
  const keeper = openCertificateKeeper({
    store,
    open,
    log: { info: say('info'), warn: say('warn'), error: say('error') },
    now: () => time,
    onTried: (source, result) => tried.push(`${source} ${result}`),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const one = { ms, wake: () => resolve() }
        sleeping.push(one)
        signal.addEventListener('abort', () => {
          sleeping = sleeping.filter((other) => other !== one)
          reject(new Error('ended'))
        })
      }),
  })
  /** A look is over when a job that was queued behind it is. */
  const settled = async () => {
    for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
  }
  return {
    keeper,
    store,
    log,
    tried,
    opened,
    ended,
    settled,
    brings: (name: string, outcome: Outcome) => void outcomes.set(name, outcome),
    sleeping: (ms: number) => sleeping.filter((one) => one.ms === ms).length,
    async pass(ms: number) {
      time += ms
      const due = sleeping.filter((one) => one.ms <= ms)
      sleeping = sleeping.filter((one) => one.ms > ms)
      for (const { wake } of due) wake()
      await settled()
    },
    /** Another look while what is wrong has yet to settle, as at a change of a file. */
    async look() {
      const due = sleeping.filter((one) => one.ms === HOUR)
      sleeping = sleeping.filter((one) => one.ms !== HOUR)
      for (const { wake } of due) wake()
      await settled()
    },
    async isNew(name: string) {
      pleaseLoad.get(name)?.()
      await settled()
    },
    tend() {
      t.teardown(keeper.tend())
    },
    served: () => store.list().map(({ source, names }) => `${source}: ${names.join(' ')}`),
    errors: () => log.filter(([level]) => level === 'error').map(([, , detail]) => detail),
  }
}

const from = (name: string, names = [HOST], source: 'files' | 'acme' | 'local' = 'files'): WantedCertificates => ({
  name,
  names,
  settings: { source, certificate: `/${name}` } as WantedCertificates['settings'],
})
const good = (names?: string[]) => [servedOf(chainFor(NOW - DAY, names && { names }))]
const bad = (words: string) => new CertificateError('certificate_invalid', words)

test('what all sources bring is served, that of the first one to whoever asks for no name', async (t) => {
  const { keeper, brings, served, store } = openKeeper(t)
  brings('files', good())
  brings('files music.example', good(['music.example']))
  const prepared = await keeper.prepare([from('files'), from('files music.example', ['music.example'])])
  t.deepEqual(served(), [], 'not before it is committed')
  prepared.commit()
  t.deepEqual(served(), ['files: dev.example', 'files music.example: music.example'])
  t.deepEqual(
    store.list().map(({ isDefault }) => isDefault),
    [true, false],
  )
})

test('a start with one source that has nothing good to bring is no start', async (t) => {
  const { keeper, brings, served } = openKeeper(t)
  brings('files', good())
  brings('files music.example', bad('damaged'))
  await t.throwsAsync(keeper.prepare([from('files'), from('files music.example')]), { message: 'damaged' })
  t.deepEqual(served(), [])
})

test('a source that is wanted after a reload too is kept, and what it has anew is taken up', async (t) => {
  const { keeper, brings, opened, served, tried, ended, tend } = openKeeper(t)
  brings('files', good())
  ;(await keeper.prepare([from('files')])).commit()
  tend()
  brings('files', good([HOST, 'new.example']))
  brings('local', good(['local.example']))
  ;(await keeper.prepare([from('files'), from('local', ['local.example'], 'local')])).commit()
  t.deepEqual(opened, ['files', 'local'])
  t.deepEqual(served(), ['files: dev.example new.example', 'local: local.example'])
  t.deepEqual(tried, ['files success'])
  ;(await keeper.prepare([from('files')])).commit()
  t.deepEqual(served(), ['files: dev.example new.example'])
  t.deepEqual(ended, ['local'], 'one that is not wanted any more ends')
})

test('certificates of two keys for one name are taken up with one line that has the name once', async (t) => {
  const { keeper, brings, pass, log, tend } = openKeeper(t)
  brings('files', good())
  ;(await keeper.prepare([from('files')])).commit()
  tend()
  brings('files', [...good(), ...good()])
  await pass(HOUR)
  t.deepEqual(log.at(-1), ['info', 'certificate taken up', 'dev.example'])
})

test('what is wrong is left to settle, said once, said again when it changes, and forgotten when it is good', async (t) => {
  const { keeper, brings, pass, errors, served, log, sleeping, tend, tried } = openKeeper(t)
  brings('files', good())
  ;(await keeper.prepare([from('files')])).commit()
  tend()
  brings('files', bad('damaged'))
  await pass(HOUR)
  t.deepEqual(errors(), [], 'it may be half written')
  t.is(sleeping(SETTLE), 1)
  await pass(SETTLE)
  t.deepEqual(errors(), ['damaged'])
  for (let i = 0; i < 5; i++) await pass(HOUR)
  t.deepEqual(errors(), ['damaged'])
  brings('files', bad('empty'))
  await pass(HOUR)
  await pass(SETTLE)
  t.deepEqual(errors(), ['damaged', 'empty'])
  t.deepEqual(served(), ['files: dev.example'])
  brings('files', good([HOST, 'new.example']))
  await pass(HOUR)
  t.deepEqual(served(), ['files: dev.example new.example'])
  t.deepEqual(log.at(-1), ['info', 'certificate taken up', 'dev.example, new.example'])
  t.deepEqual(tried, ['files failure', 'files failure', 'files success'])
  brings('files', bad('empty'))
  await pass(HOUR)
  await pass(SETTLE)
  t.deepEqual(errors(), ['damaged', 'empty', 'empty'])
})

test('what was wrong only while it was written is never spoken of', async (t) => {
  const { keeper, brings, pass, errors, sleeping, served, tend } = openKeeper(t)
  brings('files', good())
  ;(await keeper.prepare([from('files')])).commit()
  tend()
  brings('files', bad('does not match'))
  await pass(HOUR)
  brings('files', good([HOST, 'new.example']))
  await pass(SETTLE)
  t.deepEqual(errors(), [])
  t.is(sleeping(SETTLE), 0)
  t.deepEqual(served(), ['files: dev.example new.example'])
})

test('what is written all the time is spoken of all the same, a minute later', async (t) => {
  const { keeper, brings, look, errors, tend, sleeping, settled } = openKeeper(t)
  brings('files', good())
  ;(await keeper.prepare([from('files')])).commit()
  tend()
  await settled()
  for (let i = 1; i <= 12; i++) {
    brings('files', bad(`half of it, ${i}`))
    await look()
    t.is(sleeping(SETTLE), 1)
  }
  t.deepEqual(errors(), [])
  brings('files', bad('half of it, 13'))
  await look()
  t.deepEqual(errors(), ['half of it, 13'])
  t.is(sleeping(SETTLE), 0)
})

test('the same trouble is said once, whatever the time is in its words', async (t) => {
  const { keeper, brings, pass, errors, tend } = openKeeper(t)
  brings('files', good())
  ;(await keeper.prepare([from('files')])).commit()
  tend()
  for (let day = 1; day <= 4; day++) {
    brings('files', new CertificateError('certificate_expired', `expired; today is day ${day}`, undefined, 'expired'))
    await pass(HOUR)
    await pass(SETTLE)
  }
  t.deepEqual(errors(), ['expired; today is day 1'])
})

test('one source that is broken keeps none of the others from what is new', async (t) => {
  const { keeper, brings, pass, served, errors, tend } = openKeeper(t)
  const names = ['a.example', 'b.example', 'c.example']
  for (const name of names) brings(name, good([name]))
  ;(await keeper.prepare(names.map((name) => from(name, [name])))).commit()
  tend()
  brings('a.example', new TypeError('something that nobody thought of'))
  brings('b.example', bad('damaged'))
  brings('c.example', good(['c.example', 'new.example']))
  await pass(HOUR)
  t.deepEqual(served(), ['a.example: a.example', 'b.example: b.example', 'c.example: c.example new.example'])
  await pass(SETTLE)
  t.deepEqual(errors().sort(), ['damaged', 'something that nobody thought of'])
})

test('where a CA has yet to answer, what was served before goes on until it has', async (t) => {
  const { keeper, brings, served, isNew, tend } = openKeeper(t)
  brings('local', good())
  ;(await keeper.prepare([from('local', [HOST], 'local')])).commit()
  tend()
  const wanted = [from('acme', [HOST], 'acme'), from('files music.example', ['music.example'])]
  brings('files music.example', good(['music.example']))
  ;(await keeper.prepare(wanted)).commit()
  t.deepEqual(served(), ['acme: dev.example', 'files music.example: music.example'])
  ;(await keeper.prepare(wanted)).commit()
  t.deepEqual(served(), ['acme: dev.example', 'files music.example: music.example'], 'another reload changes nothing')
  brings('acme', good([HOST, 'www.example']))
  await isNew('acme')
  t.deepEqual(served(), ['acme: dev.example www.example', 'files music.example: music.example'])
})

test('what goes on in place of a source is what is for its names, and nothing that has ended', async (t) => {
  const { keeper, brings, served, pass, tend } = openKeeper(t)
  brings('local', good())
  brings('files *.example', [servedOf(chainFor(NOW - DAY, { names: ['*.example'], days: 3 }))])
  brings('files other.test', good(['other.test']))
  const first = [from('local', [HOST], 'local'), from('files *.example', ['*.example'])]
  ;(await keeper.prepare([...first, from('files other.test', ['other.test'])])).commit()
  tend()
  const wanted = [first[0]!, from('acme', ['music.example'], 'acme')]
  ;(await keeper.prepare(wanted)).commit()
  t.deepEqual(served(), ['local: dev.example', 'acme: *.example'])
  await pass(3 * DAY)
  ;(await keeper.prepare(wanted)).commit()
  t.deepEqual(served(), ['local: dev.example'])
})

test('a certificate that nobody renews is spoken of once a day, and as an error when it is about to end', async (t) => {
  const { keeper, brings, pass, log, tend } = openKeeper(t)
  brings('files', [servedOf(chainFor(NOW, { days: 90 }))])
  ;(await keeper.prepare([from('files')])).commit()
  tend()
  const said = () => log.filter(([, message]) => message.startsWith('certificate is')).map(([level]) => level)
  for (let day = 0; day < 60; day++) await pass(DAY)
  t.deepEqual(said(), [])
  t.deepEqual(keeper.concerns(), [])
  for (let hour = 0; hour < 72; hour++) await pass(HOUR)
  t.deepEqual(said(), ['warn', 'warn'], '61.5 and 62.5 days')
  t.is(
    keeper.concerns()[0]?.words,
    'The certificate for dev.example expires in 27 days, on 2027-02-21, and has not been renewed',
  )
  for (let day = 63; day < 82; day++) await pass(DAY)
  t.deepEqual(new Set(said().slice(0, -1)), new Set(['warn']))
  t.is(said().at(-1), 'error')
  brings('files', [servedOf(chainFor(NOW + 82 * DAY, { days: 90 }))])
  await pass(HOUR)
  t.deepEqual(keeper.concerns(), [])
})

test('what the gateway renews itself is a concern only when that must have failed', async (t) => {
  const { keeper, brings, pass, log, tend } = openKeeper(t)
  brings('acme', [servedOf(chainFor(NOW, { days: 90 }))])
  ;(await keeper.prepare([from('acme', [HOST], 'acme')])).commit()
  tend()
  for (let day = 0; day < 67; day++) await pass(DAY)
  t.deepEqual(keeper.concerns(), [])
  await pass(DAY)
  t.is(keeper.concerns().length, 1)
  t.is(log.at(-1)?.[0], 'warn')
})

/** Two files of a real folder, watched as in a gateway. */
async function watchFolder(t: ExecutionContext) {
  const folder = temporaryFolder(t)
  const [certificate, key] = [join(folder, 'fullchain.pem'), join(folder, 'privkey.pem')]
  const put = (path: string, text: string) => {
    writeFileSync(`${path}.new`, text, { mode: 0o600 })
    renameSync(`${path}.new`, path)
  }
  put(certificate, chainFor(NOW - DAY))
  put(key, keyPem())
  const store = openCertificateStore({ now: () => NOW })
  const lines: string[] = []
  let heard = Promise.withResolvers<void>()
  const say = (_: unknown, message?: string) => {
    lines.push(message ?? '')
    heard.resolve()
    heard = Promise.withResolvers()
  }
  // Watching keeps no process running.
  const running = setInterval(() => {}, 1000)
  t.teardown(() => clearInterval(running))
  const settling = Promise.withResolvers<() => void>()
  const keeper = openCertificateKeeper({
    store,
    now: () => NOW,
    open: () => filesSource({ certificate, key, host: HOST, now: () => NOW }),
    log: { info: say, warn: () => {}, error: say },
    watching: { settleMs: 10 },
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (ms === SETTLE) settling.resolve(resolve)
        signal.addEventListener('abort', () => reject(new Error('ended')))
      }),
  })
  ;(await keeper.prepare([from('files')])).commit()
  t.teardown(keeper.tend())
  return {
    put,
    certificate,
    key,
    lines,
    store,
    settling: settling.promise,
    said: async (message: string) => {
      while (!lines.includes(message)) await heard.promise
    },
  }
}

test('two files that are replaced one after the other are taken up when both are there, without an error', async (t) => {
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const { put, certificate, key, lines, said, settling, store } = await watchFolder(t)
  put(certificate, chainFor(NOW - DAY, { of: other, names: [HOST, 'new.example'] }))
  await settling
  put(key, keyPem(other))
  await said('certificate taken up')
  t.deepEqual(lines, ['certificate taken up'])
  t.deepEqual(store.list()[0]?.names, [HOST, 'new.example'])
})

test('a file that stays half written is an error when it has settled, and what is whole later is taken up', async (t) => {
  const { put, certificate, lines, said, settling, store } = await watchFolder(t)
  const whole = chainFor(NOW - DAY, { names: [HOST, 'new.example'] })
  put(certificate, whole.slice(0, 300))
  const settle = await settling
  t.deepEqual(lines, [])
  settle()
  await said('certificate refused, the one before stays')
  t.deepEqual(store.list()[0]?.names, [HOST])
  put(certificate, whole)
  await said('certificate taken up')
  t.deepEqual(store.list()[0]?.names, [HOST, 'new.example'])
})
