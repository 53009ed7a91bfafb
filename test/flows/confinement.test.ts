import { execFile } from 'node:child_process'
import { randomBytes, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { connect } from 'node:net'
import { dirname, join } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect as connectTls } from 'node:tls'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import test, { type ExecutionContext } from 'ava'
import { parse, stringify } from 'yaml'
import { startMusicAssistant } from '../../demo/stand-in-music-assistant.ts'
import { localCertificate } from '../../src/certificates/local/local-certificate.ts'
import { temporaryFolder } from '../support/environment.ts'
import { type GatewayProcess, LAUNCHER, skillgate, startProcess, writeConfig } from '../support/process.ts'

const PROBE = fileURLToPath(new URL('../support/confined-probe.mjs', import.meta.url))
const DEBUGGER_PORT = 9229

const linuxOnly = process.platform === 'linux' ? test.serial : test.serial.skip

async function start(t: ExecutionContext, variables: Record<string, string> = {}) {
  const music = await startMusicAssistant()
  t.teardown(() => music.close())
  const configFile = writeConfig(t, music)
  const gateway = await startProcess(t, configFile, { variables })
  return { gateway, configFile, folder: dirname(configFile) }
}

/** The flags that Node was started with. */
function flagsOf({ child }: GatewayProcess): string[] {
  const words = readFileSync(`/proc/${child.pid}/cmdline`, 'utf8').split('\0')
  return words.slice(1, words.indexOf(LAUNCHER))
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

async function health({ port, ca }: GatewayProcess): Promise<unknown> {
  const options = { host: '127.0.0.1', port, ca, servername: 'dev.jasonhollis.com', path: '/health', agent: false }
  const [answer] = await once(request(options).end(), 'response')
  return JSON.parse(await text(answer)).status
}

linuxOnly('75. SIGUSR1 opens no debugger of a gateway, and does not end it', async (t) => {
  const { gateway } = await start(t)
  if (await isOpen(DEBUGGER_PORT)) return t.pass('another program has the port of the debugger')
  gateway.child.kill('SIGUSR1')
  // Answered after the signal has been dealt with.
  t.is(await health(gateway), 'ok')
  t.false(await isOpen(DEBUGGER_PORT))
  t.notRegex(gateway.output.stderr, /Debugger/)
  t.true(flagsOf(gateway).includes('--disable-sigusr1'))
})

linuxOnly('75. a gateway can read what it needs, write what is its own, and nothing else', async (t) => {
  const { gateway, folder } = await start(t)
  mkdirSync(`${folder}-other`)
  t.teardown(() => rmSync(`${folder}-other`, { recursive: true }))
  writeFileSync(`${folder}-other/gateway.yaml`, '')
  const could = async (flags: string[]) =>
    JSON.parse((await promisify(execFile)(process.execPath, [...flags, PROBE, folder])).stdout)

  t.deepEqual(await could(flagsOf(gateway)), ITS_OWN)
  // The probe can do all of it, and what follows is what those flags are for.
  t.deepEqual(await could([]), [...ITS_OWN, ...NOT_ITS_OWN])
})

const ITS_OWN = [
  'reading its configuration',
  'reading a secret',
  'reading its certificate',
  'reading its limits',
  'writing its data',
]
const NOT_ITS_OWN = [
  'reading the folder beside',
  'reading the machine',
  'reading the machine through /proc',
  'reading the environment',
  'writing the folder beside',
  'writing the configuration',
  'writing the code',
  'running a program',
  'starting a thread',
  'running text as a program',
  'changing all objects through __proto__',
  'opening the debugger',
]

linuxOnly('75. NODE_OPTIONS can bring neither a NULL cipher nor TLS 1.0, nor a debugger', async (t) => {
  const options =
    '--tls-cipher-list=eNULL:aNULL:@SECLEVEL=0 --tls-min-v1.0 --inspect=127.0.0.1:0 --max-old-space-size=900'
  const { gateway } = await start(t, { NODE_OPTIONS: options, NODE_TLS_REJECT_UNAUTHORIZED: '0' })
  t.is(await health(gateway), 'ok')
  const offered = { port: gateway.port, host: '127.0.0.1', rejectUnauthorized: false, maxVersion: 'TLSv1.2' } as const
  for (const refused of [
    { ciphers: 'eNULL:@SECLEVEL=0' },
    { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' } as const,
  ]) {
    const socket = connectTls({ ...offered, ...refused })
    const [error] = await once(socket, 'error')
    t.regex(error.code, /HANDSHAKE_FAILURE|PROTOCOL_VERSION/)
  }
  const environment = readFileSync(`/proc/${gateway.child.pid}/environ`, 'utf8').split('\0')
  t.true(environment.includes('NODE_OPTIONS=--max-old-space-size=900'))
  t.false(environment.some((one) => one.startsWith('NODE_TLS_REJECT_UNAUTHORIZED')))
  t.regex(
    gateway.output.stderr,
    /^.*goes on without NODE_TLS_REJECT_UNAUTHORIZED, --tls-cipher-list in NODE_OPTIONS, --tls/m,
  )
})

linuxOnly('75. code that NODE_OPTIONS loads is not there any more when a command runs', async (t) => {
  const script = join(temporaryFolder(t), 'loaded.cjs')
  writeFileSync(script, 'globalThis.process.versions.skillgateLoaded = "yes"; console.log("loaded")')
  const { code, stdout, stderr } = await skillgate(['version'], {
    variables: { NODE_OPTIONS: `--require "${script}"` },
  })
  t.is(code, 0)
  // Once, in what is started over; the command itself is without it.
  t.regex(stdout, /^loaded\n\d+\.\d+\.\d+\n$/)
  t.regex(stderr, /goes on without --require in NODE_OPTIONS/)
})

linuxOnly('75. a flag on the command line that would undo the rest is refused by its name', async (t) => {
  for (const flag of [
    '--inspect=127.0.0.1:0',
    '--tls-min-v1.0',
    '--allow-child-process',
    '--import=data:text/javascript,',
  ]) {
    const { code, stderr } = await skillgate(['start'], { flags: [flag] })
    t.is(code, 1, flag)
    t.regex(stderr, new RegExp(`Skillgate does not run with ${flag.replace(/=.*/, '')}, `))
  }
})

linuxOnly(
  'a certificate in a folder that was not there at the start is refused at a reload, which says what to do',
  async (t) => {
    const { gateway, configFile, folder } = await start(t)
    const elsewhere = temporaryFolder(t)
    for (const name of ['local.pem', 'local.key'])
      writeFileSync(join(elsewhere, name), readFileSync(join(folder, 'certs', name)))
    const values = parse(readFileSync(configFile, 'utf8'))
    const filesIn = (place: string) => ({
      source: 'files',
      certificate: join(place, 'local.pem'),
      key: join(place, 'local.key'),
    })
    writeFileSync(configFile, stringify({ ...values, tls: filesIn(elsewhere) }))
    const refused = await skillgate(['reload', '--config', configFile])
    t.is(refused.code, 1)
    t.regex(refused.stdout, /local\.pem, .*local\.key can't be used: .* Restart Skillgate/)
    t.is(await health(gateway), 'ok')
    writeFileSync(configFile, stringify({ ...values, tls: filesIn(join(folder, 'certs')) }))
    t.is((await skillgate(['reload', '--config', configFile])).code, 0)
  },
)

/** As certbot keeps them: links in `live` to what is in `archive`, here the certificate of that number. */
async function renewInto(folder: string, number: number): Promise<X509Certificate> {
  const made = join(folder, 'made', String(number))
  await localCertificate({ directory: made, names: ['dev.jasonhollis.com'], now: Date.now(), randomBytes })
  for (const place of ['archive', 'live']) mkdirSync(join(folder, place), { recursive: true })
  for (const [name, from] of [
    ['privkey', 'local.key'],
    ['fullchain', 'local.pem'],
  ]) {
    renameSync(join(made, from!), join(folder, 'archive', `${name}${number}.pem`))
    symlinkSync(`../archive/${name}${number}.pem`, join(folder, 'live', `.${name}`))
    renameSync(join(folder, 'live', `.${name}`), join(folder, 'live', `${name}.pem`))
  }
  return new X509Certificate(readFileSync(join(folder, 'live', 'fullchain.pem')))
}

async function servedBy({ port }: GatewayProcess): Promise<string | undefined> {
  const socket = connectTls({ host: '127.0.0.1', port, rejectUnauthorized: false })
  await once(socket, 'secureConnect')
  const { fingerprint256 } = socket.getPeerX509Certificate() ?? {}
  socket.destroy()
  return fingerprint256
}

linuxOnly(
  'a certificate that certbot renews, behind links that lead elsewhere, is served by a gateway with few rights',
  async (t) => {
    const music = await startMusicAssistant()
    t.teardown(() => music.close())
    const [configFile, letsencrypt] = [writeConfig(t, music), temporaryFolder(t)]
    const first = await renewInto(letsencrypt, 1)
    const [certificate, key] = ['fullchain.pem', 'privkey.pem'].map((name) => join(letsencrypt, 'live', name))
    const values = parse(readFileSync(configFile, 'utf8'))
    writeFileSync(configFile, stringify({ ...values, tls: { source: 'files', certificate, key } }))
    // Where who starts a gateway here looks for what to trust.
    mkdirSync(join(dirname(configFile), 'certs'))
    writeFileSync(join(dirname(configFile), 'certs', 'local-ca.pem'), '')

    const gateway = await startProcess(t, configFile)
    t.is(await servedBy(gateway), first.fingerprint256)
    const second = await renewInto(letsencrypt, 2)
    while ((await servedBy(gateway)) !== second.fingerprint256) await once(gateway.child.stderr!, 'data')
    t.not(second.fingerprint256, first.fingerprint256)
  },
)
