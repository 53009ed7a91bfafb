import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { stringify } from 'yaml'
import { grantPatterns } from '../../../src/app/process/grant-patterns.ts'
import { grantsOf } from '../../../src/app/process/grants.ts'
import { refuseUngranted } from '../../../src/app/reloading/refuse-ungranted.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { temporaryFolder } from '../../support/environment.ts'
import { testConfig } from '../../support/gateway.ts'

/** What a gateway with this configuration gets. */
async function grantsWith(t: ExecutionContext, change: (values: Record<string, unknown>, folder: string) => void) {
  const folder = temporaryFolder(t)
  const code = join(folder, 'code')
  mkdirSync(join(code, 'src'), { recursive: true })
  mkdirSync(join(code, '.git'))
  const values: Record<string, unknown> = testConfig('http://127.0.0.1:8095')
  mkdirSync(join(folder, 'home'))
  const configFile = join(folder, 'home', 'gateway.yaml')
  change(values, folder)
  writeFileSync(configFile, stringify(values))
  const config = loadConfig(configFile, {})
  const { read, write } = await grantsOf(config, configFile, { root: code, kept: [join(code, 'kept')] })
  const patterns = { read: grantPatterns(read), write: grantPatterns(write) }
  return { folder, code, home: join(folder, 'home'), config, configFile, ...patterns }
}

test('a gateway reads its code, but not its history, and writes what is kept of it', async (t) => {
  const { code, read, write } = await grantsWith(t, () => {})
  t.true(read.includes(join(code, 'src', '*')))
  t.false(read.some((path) => path.includes('.git') || path === join(code, '*')))
  t.deepEqual(
    write.filter((path) => path.startsWith(code)),
    [join(code, 'kept', '*')],
  )
})

test('a gateway writes its data and its certificates, also where they are not there yet, and not its configuration', async (t) => {
  const { home, read, write } = await grantsWith(t, () => {})
  t.deepEqual(
    write.filter((path) => path.startsWith(home)),
    [join(home, 'data', '*'), join(home, 'certs', '*')],
  )
  t.deepEqual(
    read.filter((path) => path.startsWith(home)),
    [join(home, '*')],
  )
})

test('of a log that goes to a file, only that file is written', async (t) => {
  const { folder, read, write } = await grantsWith(t, (values, folder) => {
    values.log = { file: join(folder, 'logs', 'gateway.log') }
  })
  const log = join(folder, 'logs', 'gateway.log')
  t.true(read.includes(log) && write.includes(log))
  t.deepEqual(
    [...read, ...write].filter((path) => path.startsWith(join(folder, 'logs'))),
    [log, log],
  )
})

test('a certificate is read in its folder, and in that which a link leads to', async (t) => {
  const { folder, read, write } = await grantsWith(t, (values, folder) => {
    for (const name of ['live', 'archive']) mkdirSync(join(folder, name))
    for (const name of ['chain.pem', 'key.pem']) {
      writeFileSync(join(folder, 'archive', name), '')
      symlinkSync(`../archive/${name}`, join(folder, 'live', name))
    }
    const [certificate, key] = ['chain.pem', 'key.pem'].map((name) => join(folder, 'live', name))
    values.tls = { source: 'files', certificate, key }
  })
  for (const path of ['live/*', 'archive/*']) t.true(read.includes(join(folder, path)), path)
  // Only so that it can be closed to other accounts.
  t.deepEqual(
    write.filter((path) => /live|archive|certs/.test(path)),
    [join(folder, 'live', 'key.pem')],
  )
})

test('a file in a folder of everybody opens only itself', async (t) => {
  for (const shared of ['/etc', '/', '/tmp', process.env.HOME ?? '/home']) {
    const { read } = await grantsWith(t, (values) => {
      values.tls = { source: 'files', certificate: join(shared, 'chain.pem'), key: join(shared, 'key.pem') }
    })
    t.true(read.includes(join(shared, 'key.pem')))
    t.false(read.includes(shared) || read.includes(join(shared, '*')), shared)
  }
})

test('a secret that the gateway is to make can be made, and only the secrets beside it can be written', async (t) => {
  const { folder, write } = await grantsWith(t, (values, folder) => {
    mkdirSync(join(folder, 'secrets'))
    writeFileSync(join(folder, 'secrets', 'there.secret'), 'x')
    const { oauth } = values as ReturnType<typeof testConfig>
    oauth.clients[0]!.secret = { file: join(folder, 'secrets', 'there.secret') }
    oauth.clients[1]!.secret = { file: join(folder, 'secrets', 'missing.secret') }
  })
  const inIt = write.filter((path) => path.startsWith(join(folder, 'secrets')))
  t.deepEqual(
    inIt,
    ['.*', 'there.secret', 'missing.secret'].map((name) => join(folder, 'secrets', name)),
  )
})

test('of the system nothing is granted that leads to all of it', async (t) => {
  const { read, write } = await grantsWith(t, () => {})
  for (const path of [...read, ...write]) t.notRegex(path, /^\/(proc\/self|proc|etc|sys|home|root)?\/?\*?$/)
})

test('what a process was not given is refused by name before it is used; what it was given is not', async (t) => {
  const { config, configFile, home } = await grantsWith(t, () => {})
  const without = (scope: string, path: string) => () =>
    refuseUngranted(config, configFile, (asked, file) => asked !== scope || file !== path)
  const token = join(home, 'data', 'music-assistant.token')
  const message = (what: string) => `${what} can't be used: `
  t.true(t.throws(without('fs.read', token)).message.startsWith(message(token)))
  t.true(t.throws(without('fs.write', join(home, 'certs'))).message.startsWith(message(join(home, 'certs'))))
  const made = join(home, 'data', 'alexa.secret')
  t.true(t.throws(without('fs.write', made)).message.startsWith(message(made)))
  t.notThrows(without('fs.write', token))
  t.notThrows(() => refuseUngranted(config, configFile, undefined))
})
