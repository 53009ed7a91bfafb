import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { filesOf, reloadingFilesOf } from '../../src/config/files-of.ts'
import { loadConfig } from '../../src/config/load.ts'
import { type SchemaNode, schemaAsJson } from '../../src/config/schema-as-json.ts'
import { writeAndLoad } from '../support/config.ts'

const good = join(import.meta.dirname, 'good')
const minimal = readFileSync(join(good, 'minimal.yaml'), 'utf8')

test('the file, the secrets and the certificates are what decides; not the log, the data or the local CA', (t) => {
  const file = join(good, 'full.yaml')
  const variables = { ALEXA_SECRET: 'a', LIGHTS_TOKEN: 'b', REGISTRATION_TOKEN: 'c' }
  t.deepEqual(filesOf(loadConfig(file, variables), file), [
    file,
    join(good, 'tls/lights-ca.pem'),
    join(good, 'music-assistant.token'),
    join(good, 'terminal.secret'),
    join(good, 'tls/fullchain.pem'),
    '/etc/skillgate/privkey.pem',
  ])
})

test('a certificate is no reason to reload, for it is taken up by itself', (t) => {
  const file = join(good, 'tls-acme.yaml')
  const config = loadConfig(file, {})
  const reloading = reloadingFilesOf(config, file)
  t.deepEqual(
    filesOf(config, file).filter((one) => !reloading.includes(one)),
    [join(good, 'music.p12')],
  )
  t.true(reloading.includes(join(good, 'ca.pem')))
  t.true(reloading.includes(join(good, 'music.password')))
})

test('what a simulator signs with is a reason to reload', (t) => {
  const file = join(good, 'alexa-skill.yaml')
  t.true(filesOf(loadConfig(file, {}), file).includes(join(good, 'data/simulated-alexa.pem')))
})

test('a minimal file names two secrets, one of them by default', (t) => {
  const file = join(good, 'minimal.yaml')
  t.deepEqual(filesOf(loadConfig(file, {}), file), [
    file,
    join(good, 'data/registration.token'),
    join(good, 'app.secret'),
  ])
})

test('a file that two keys name is there once, and the path of the configuration becomes absolute', (t) => {
  const source = `${minimal}log: { file: skillgate.log }\n`.replace(
    'http://127.0.0.1:8095 }',
    'http://127.0.0.1:8095, token: { file: app.secret } }',
  )
  const files = filesOf(writeAndLoad(t, source), 'gateway.yaml')
  t.is(files[0], join(process.cwd(), 'gateway.yaml'))
  t.is(files.filter((file) => file.endsWith('/app.secret')).length, 1)
  t.false(files.some((file) => file.endsWith('.log')))
})

test('whoever adds a key that takes a path has to say here whether it is read again', (t) => {
  t.deepEqual(
    [...new Set(pathKeys(schemaAsJson(), ''))],
    [
      'tls.directory',
      ...['tls.hosts.<name>.directory', 'tls.hosts.<name>.certificate', 'tls.hosts.<name>.key', 'tls.hosts.<name>.ca'],
      'tls.certificate',
      'tls.key',
      'tls.ca',
      'data_dir',
      'upstreams.<name>.ca',
      'alexa.development.chain',
      'log.file',
    ],
  )
})

/** Those of the schema that take a path, but for the secrets', whose form stands for itself. */
function pathKeys(node: SchemaNode, path: string): string[] {
  if (node.takes !== undefined && node.items === undefined) return node.takes === 'a path' ? [path] : []
  const variants = (node.oneOf ?? node.anyOf ?? []) as SchemaNode[]
  const inner: [string, unknown][] = [
    ...variants.map((variant): [string, unknown] => [path, variant]),
    ...Object.entries(node.properties ?? {}).map(([key, value]): [string, unknown] => [`${path}.${key}`, value]),
    [`${path}.<name>`, node.additionalProperties],
    [`${path}[]`, node.items],
  ]
  return inner.flatMap(([at, value]) =>
    typeof value === 'object' && value !== null ? pathKeys(value as SchemaNode, at.replace(/^\./, '')) : [],
  )
}
