import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { parse, stringify } from 'yaml'
import { startMusicAssistant } from '../../demo/stand-in-music-assistant.ts'
import { startProcess, writeConfig } from '../support/process.ts'
import { openRaw } from '../support/raw-client.ts'
import { chainFor, DAY, keyPem } from '../support/served-certificates.ts'

const NAMES = ['dev.jasonhollis.com', 'localhost']
const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
const [first, second] = [
  chainFor(Date.now() - DAY, { names: NAMES }),
  chainFor(Date.now() - DAY, { names: NAMES, of: other }),
]
const ca = first.slice(first.indexOf('-----BEGIN', 1))

/** A gateway of its own process, with no more rights than it is started with, and files that somebody else has laid out. */
async function start(t: ExecutionContext, layOut: (folder: string) => { certificate: string; key: string }) {
  const music = await startMusicAssistant()
  t.teardown(() => music.close())
  const configFile = writeConfig(t, music)
  const folder = dirname(configFile)
  const files = layOut(folder)
  const values = parse(readFileSync(configFile, 'utf8'))
  values.tls = { source: 'files', ...files }
  writeFileSync(configFile, stringify(values))
  // Where whoever starts a process looks for whom to trust.
  mkdirSync(join(folder, 'certs'))
  writeFileSync(join(folder, 'certs', 'local-ca.pem'), ca)
  const gateway = await startProcess(t, configFile)
  const fingerprint = async () => {
    const { socket } = await openRaw(gateway)
    const { fingerprint256 } = socket.getPeerX509Certificate() as X509Certificate
    socket.destroy()
    return fingerprint256
  }
  return {
    folder,
    output: gateway.output,
    serves: async (chain: string) => (await fingerprint()) === new X509Certificate(chain).fingerprint256,
    untilServed: async (chain: string) => {
      const { fingerprint256 } = new X509Certificate(chain)
      while ((await fingerprint()) !== fingerprint256);
    },
  }
}

test('files in the folder that Home Assistant keeps them in are taken up when both were written anew, one after the other', async (t) => {
  const put = (folder: string, chain: string, key: string) => {
    for (const [name, text] of [
      ['fullchain.pem', chain],
      ['privkey.pem', key],
    ] as const) {
      // In place, as "cp" does.
      writeFileSync(join(folder, 'ssl', name), text, { mode: 0o600 })
    }
  }
  const { folder, serves, untilServed, output } = await start(t, (folder) => {
    mkdirSync(join(folder, 'ssl'))
    put(folder, first, keyPem())
    return { certificate: 'ssl/fullchain.pem', key: 'ssl/privkey.pem' }
  })
  t.true(await serves(first))
  put(folder, second, keyPem(other))
  await untilServed(second)
  t.notRegex(output.stdout + output.stderr, /certificate refused/)
})

test('links of certbot are followed to what they are turned to at a renewal', async (t) => {
  const turn = (folder: string, number: number, chain: string, key: string) => {
    const [live, archive] = [join(folder, 'live', 'home'), join(folder, 'archive', 'home')]
    for (const [name, text] of [
      ['privkey', key],
      ['fullchain', chain],
    ] as const) {
      writeFileSync(join(archive, `${name}${number}.pem`), text, { mode: 0o600 })
      symlinkSync(`../../archive/home/${name}${number}.pem`, join(live, 'new'))
      renameSync(join(live, 'new'), join(live, `${name}.pem`))
    }
  }
  const { folder, serves, untilServed } = await start(t, (folder) => {
    for (const one of ['live', 'archive']) mkdirSync(join(folder, one, 'home'), { recursive: true })
    turn(folder, 1, first, keyPem())
    return { certificate: 'live/home/fullchain.pem', key: 'live/home/privkey.pem' }
  })
  t.true(await serves(first))
  turn(folder, 2, second, keyPem(other))
  await untilServed(second)
  t.pass()
})
