import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'ava'
import { acmeHome, servedKey } from '../support/acme/acme-process.ts'
import { startAcmeProxy } from '../support/acme/acme-proxy.ts'
import { startProcess } from '../support/process.ts'
import { until } from '../support/until.ts'

const linuxOnly = process.platform === 'linux' ? test.serial : test.serial.skip
const TRIES = 'dev.jasonhollis.com.tries.json'
const ONLY_RSA = {
  sigalgs: 'rsa_pss_rsae_sha256',
  maxVersion: 'TLSv1.2',
  ciphers: 'ECDHE-RSA-AES128-GCM-SHA256',
} as const
const ONLY_EC = { ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' } as const

for (const challenge of ['tls-alpn-01', 'http-01']) {
  linuxOnly(
    `a gateway that has no certificate gets two by ${challenge}, and a restart asks the CA for none`,
    async (t) => {
      const home = await acmeHome(t, { challenge })
      if (!home) return
      const { pebble, configFile, port } = home
      const gateway = await startProcess(t, configFile)
      const ca = await pebble.root()
      await until(async () => (await servedKey(port, { ca, ...ONLY_RSA })) !== undefined)
      await until(async () => (await servedKey(port, { ca, ...ONLY_EC })) !== undefined)
      const [rsa, ec] = [await servedKey(port, { ca, ...ONLY_RSA }), await servedKey(port, { ca, ...ONLY_EC })]
      t.deepEqual([rsa?.type, ec?.type], ['rsa', 'ec'])
      t.is(rsa?.names, 'DNS:dev.jasonhollis.com')
      for (const expected of [
        'certificate ordered',
        'certificate issued',
        'RSA, for dev.jasonhollis.com',
        'good until',
      ])
        t.true(gateway.output.stderr.includes(expected), expected)

      const folder = join(dirname(configFile), 'data', 'acme')
      const [own = '', ...others] = readdirSync(folder)
      t.deepEqual(others, [])
      await until(() => readFileSync(join(folder, own, TRIES), 'utf8').includes('"unfinished":0'))
      t.is(await gateway.stop(), 0)
      const kept = readdirSync(join(folder, own))
      t.deepEqual(kept.toSorted(), [
        'account.json',
        'account.key',
        'dev.jasonhollis.com.ec.pem',
        'dev.jasonhollis.com.rsa.pem',
        TRIES,
      ])
      for (const file of kept) t.is(statSync(join(folder, own, file)).mode & 0o777, 0o600, file)
      t.is(statSync(join(folder, own)).mode & 0o777, 0o700)

      t.is(await gateway.stop(), 0)
      await pebble.stop()
      const again = await startProcess(t, configFile)
      t.is((await servedKey(port, { ca, ...ONLY_RSA }))?.fingerprint, rsa?.fingerprint)
      t.is((await servedKey(port, { ca, ...ONLY_EC }))?.fingerprint, ec?.fingerprint)
      t.notRegex(again.output.stderr, /certificate ordered/)
    },
  )
}

/** The steps of an order, by what is asked of the CA. */
const STEPS = [
  '/nonce-plz',
  '/sign-me-up',
  '/order-plz',
  '/authZ/',
  '/chalZ/',
  '/my-order/',
  '/finalize-order/',
  '/certZ/',
]

for (const step of STEPS) {
  linuxOnly(
    `killed by kill -9 when the CA is asked for ${step}, a gateway has its certificates after a restart`,
    async (t) => {
      const home = await acmeHome(t, { keys: ['rsa'] })
      if (!home) return
      const { pebble, configFile, port, change } = home
      let isArmed = true
      const reached = Promise.withResolvers<void>()
      const proxy = await startAcmeProxy(t, pebble, (path) => {
        if (!isArmed || !path.includes(step)) return undefined
        reached.resolve()
        // Until it is killed.
        return new Promise(() => {})
      })
      change({ directory: proxy.directory })
      const gateway = await startProcess(t, configFile)
      await reached.promise
      isArmed = false
      t.is(await gateway.stop('SIGKILL'), null)
      const again = await startProcess(t, configFile)
      const ca = await pebble.root()
      await until(async () => (await servedKey(port, { ca })) !== undefined)
      t.is((await servedKey(port, { ca }))?.type, 'rsa')
      t.notRegex(again.output.stderr, /certificate not issued|refused/)
      t.is(await again.stop(), 0)
    },
  )
}

linuxOnly('a program of the configuration sets the record of dns-01, which nothing else may run', async (t) => {
  const home = await acmeHome(t, { keys: ['rsa'] })
  if (!home) return
  const { pebble, configFile, port, change } = home
  const program = join(dirname(configFile), 'set-record.mjs')
  writeFileSync(
    program,
    `const [, , server, action, name, value] = process.argv
     const path = action === 'set' ? '/set-txt' : '/clear-txt'
     await fetch(server + path, { method: 'POST', body: JSON.stringify({ host: name + '.', value }) })`,
  )
  const command = [process.execPath, program, pebble.challengeServer]
  change({ challenge: 'dns-01', dns: { by: 'command', command, wait: 0 } })
  const gateway = await startProcess(t, configFile)
  const ca = await pebble.root()
  await until(async () => (await servedKey(port, { ca })) !== undefined)
  t.is((await servedKey(port, { ca }))?.type, 'rsa')
  t.notRegex(gateway.output.stderr, /could not be taken away|not issued/)
})

linuxOnly('a CA that wants an account of its web site gets its key from a file, and nobody else does', async (t) => {
  const key = randomBytes(32).toString('base64url')
  const eab = { kid: 'kid-1', hmac_key: { file: 'eab.key' } }
  const home = await acmeHome(t, { keys: ['rsa'], eab }, { externalAccounts: { 'kid-1': key } })
  if (!home) return
  const { pebble, configFile, port } = home
  const folder = dirname(configFile)
  writeFileSync(join(folder, 'eab.key'), `${key}\n`, { mode: 0o600 })
  const gateway = await startProcess(t, configFile)
  const ca = await pebble.root()
  await until(async () => (await servedKey(port, { ca })) !== undefined)
  t.is(await gateway.stop(), 0)
  t.false(`${gateway.output.stdout}${gateway.output.stderr}`.includes(key))
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
  const holding = files.filter(({ parentPath, name }) => readFileSync(join(parentPath, name), 'latin1').includes(key))
  t.deepEqual(
    holding.map(({ name }) => name),
    ['eab.key'],
  )
})
