import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { stringify } from 'yaml'
import { type Pebble, type PebbleOptions, startPebble } from '../support/acme/pebble.ts'
import { temporaryFolder } from '../support/environment.ts'
import { freePort } from '../support/free-port.ts'
import { testConfig } from '../support/gateway.ts'
import { skillgate } from '../support/process.ts'
import { openTerminal } from '../support/terminal.ts'
import { startWebServer } from '../support/web-server.ts'

const TOKEN = 'what-the-webhook-wants'
const NAMES = ['home.example.org', 'music.home.example.org']

interface Trial {
  pebble: Pebble
  folder: string
  /** Where the CA looks for http-01. */
  http: number
  /** Types `skillgate cert get ...`. */
  get: (...words: string[]) => Promise<{ code: number | null; lines: string[] }>
}

/** A folder with a configuration whose certificate comes from a CA of the test's, which looks where it would listen. */
async function openTrial(t: ExecutionContext, acme: object, options: PebbleOptions = {}): Promise<Trial | undefined> {
  const [https, http] = [await freePort(), await freePort()]
  const pebble = await startPebble(t, { httpPort: http, tlsPort: https, ...options })
  if (!pebble) return undefined
  const folder = temporaryFolder(t)
  mkdirSync(join(folder, 'data'), { mode: 0o700 })
  const { directory, caFile: ca } = pebble
  const config = {
    ...testConfig('http://127.0.0.1:1'),
    listen: { https: `127.0.0.1:${https}`, http: `127.0.0.1:${http}` },
    tls: { source: 'acme', terms_of_service: 'accepted', directory, ca, names: NAMES, ...acme },
  }
  writeFileSync(join(folder, 'gateway.yaml'), stringify(config))
  return {
    pebble,
    folder,
    http,
    async get(...words) {
      const typed = ['cert', 'get', ...words, '--config', join(folder, 'gateway.yaml')]
      const { code, stdout, stderr } = await skillgate(typed, { variables: { DNS_TOKEN: TOKEN } })
      return { code, lines: `${stdout}${stderr}`.trimEnd().split('\n') }
    },
  }
}

for (const challenge of ['http-01', 'tls-alpn-01'] as const) {
  test(`where no gateway runs, the command itself shows a CA what it looks for by ${challenge}, step by step, and keeps nothing`, async (t) => {
    const trial = await openTrial(t, { challenge })
    if (!trial) return
    const { code, lines } = await trial.get('--staging')
    t.is(code, 0, lines.join('\n'))
    t.is(lines[0], `acme: a certificate for ${NAMES.join(', ')}, by ${challenge}, from ${trial.pebble.directory}`)
    t.true(lines.some((line) => line.startsWith('  Its terms of service: data:text/plain')))
    t.true(
      lines.some((line) =>
        /^ {2}No gateway runs here, so this command itself listens at 127\.0\.0\.1:\d+\.$/.test(line),
      ),
    )
    for (const name of NAMES) t.true(lines.includes(`  The CA has seen that ${name} is ours.`))
    t.regex(
      lines.at(-2) ?? '',
      /^ {2}It came: for .*home\.example\.org.*, RSA 2048, from Pebble .*, until \d{4}-\d\d-\d\d\.$/,
    )
    t.is(lines.at(-1), '  It was thrown away. Nothing of what is served has changed.')
    t.false(existsSync(join(trial.folder, 'certs')))
  })
}

test('by dns-01 whoever sets records is told to, also for a wildcard and its base name, and to take them out', async (t) => {
  const seen: string[] = []
  let pebble: Pebble | undefined
  const url = await startWebServer(t, async ({ headers, body }) => {
    const { action, name, value } = JSON.parse(body)
    seen.push(`${headers.authorization} ${action} ${name}`)
    if (action === 'set') await pebble?.setTxt(name, value)
    else await pebble?.clearTxt(name)
    return { status: 200 }
  })
  const trial = await openTrial(t, {
    challenge: 'dns-01',
    dns: { by: 'webhook', url, token: '${DNS_TOKEN}', wait: 0 },
    names: ['home.example.org', '*.home.example.org'],
    keys: ['ec'],
  })
  if (!trial) return
  pebble = trial.pebble
  const { code, lines } = await trial.get('--staging')
  t.is(code, 0, lines.join('\n'))
  t.regex(lines.at(-2) ?? '', /for \S*home\.example\.org, \S*home\.example\.org, EC P-256, from Pebble/)
  const record = '_acme-challenge.home.example.org'
  t.deepEqual(
    seen,
    ['set', 'set', 'remove', 'remove'].map((action) => `Bearer ${TOKEN} ${action} ${record}`),
  )
  t.false(lines.join().includes(TOKEN))
})

test('what the CA refuses is told in words, with exit code 1', async (t) => {
  const trial = await openTrial(t, { challenge: 'http-01' }, { blocked: ['home.example.org'] })
  if (!trial) return
  const { code, lines } = await trial.get('--staging')
  t.is(code, 1)
  t.regex(lines.at(-2) ?? '', /^ {2}No certificate for .* could be ordered: .*home\.example\.org/)
  t.is(lines.at(-1), '  So no certificate came. Nothing of what is served has changed.')
})

test('a CA that is not there, or that is not trusted, is told with what to look at', async (t) => {
  const trial = await openTrial(t, { challenge: 'http-01' })
  if (!trial) return
  const other = await openTrial(t, { challenge: 'http-01', directory: `https://127.0.0.1:${await freePort()}/dir` })
  const gone = await other?.get('--staging')
  t.is(gone?.code, 1)
  t.regex(
    gone?.lines.at(-2) ?? '',
    /^ {2}https:\S+ can't be reached: .*ECONNREFUSED.* Is this machine online, and "tls\.directory" right\?$/,
  )
  const stranger = await openTrial(t, { challenge: 'http-01', directory: trial.pebble.directory })
  const untrusted = await stranger?.get('--staging')
  t.is(untrusted?.code, 1)
  t.regex(untrusted?.lines.at(-2) ?? '', /can't be reached: .* Name the roots that it is to be trusted by in "tls\.ca"/)
})

test('a port that another program has is told as at a start', async (t) => {
  const trial = await openTrial(t, { challenge: 'http-01' })
  if (!trial) return
  const { http } = trial
  const taken = createServer().listen(http, '127.0.0.1')
  await once(taken, 'listening')
  t.teardown(() => taken.close())
  const { code, lines } = await trial.get('--staging')
  t.is(code, 1)
  t.regex(lines.at(-1) ?? '', /EADDRINUSE.*: another program listens there\. Stop it, or change "listen"\.$/)
})

test('only to try it out is there a command, and only for what comes from a CA', async (t) => {
  const { type } = await openTerminal(t)
  await t.throwsAsync(type('cert get'), {
    message: /^This only tries things out: {2}npx skillgate cert get --staging\n/,
  })
  await t.throwsAsync(type('cert get', { staging: true }), {
    message: /^No certificate comes from a CA of its own accord\. In gateway\.yaml .*\n {2}tls: \{ source: acme/,
  })
  await t.throwsAsync(type('cert get one two', { staging: true }), { message: /^Give one name/ })
})

test('credentials that may be good for one account only are not used up by trying out', async (t) => {
  const key = randomBytes(32).toString('base64url')
  const eab = { kid: 'kid-1', hmac_key: { file: 'eab.key' } }
  const trial = await openTrial(t, { challenge: 'http-01', eab }, { externalAccounts: { 'kid-1': key } })
  if (!trial) return
  writeFileSync(join(trial.folder, 'eab.key'), key, { mode: 0o600 })
  const { code, lines } = await trial.get('--staging')
  t.is(code, 1)
  t.regex(lines.join(), /nothing was tried.*use up the credentials in "tls\.eab".*cert renew/)
  t.notRegex(trial.pebble.log(), /sign-me-up/)
})
