import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { ConfigError } from '../../src/config/config-error.ts'
import { loadConfig } from '../../src/config/load.ts'
import { temporaryFolder } from '../support/environment.ts'

const good = join(import.meta.dirname, 'good')
const bad = join(import.meta.dirname, 'bad')
const minimal = readFileSync(join(good, 'minimal.yaml'), 'utf8')

const variables = {
  TWO_LINES: 'one\ntwo',
  ALEXA_SECRET: 'from the environment',
  LIGHTS_TOKEN: 'also from there',
  APP_SECRET: 'a third one',
  REGISTRATION_TOKEN: 'for those who may register',
  EMPTY: '',
}

function mistakesIn(t: ExecutionContext, file: string): string[] {
  return t.throws(() => loadConfig(file, variables), { instanceOf: ConfigError })?.mistakes ?? []
}

/** The mistakes in a file with this text, without the name of the file. */
function mistakesInText(t: ExecutionContext, source: string): string[] {
  return mistakesIn(t, write(t, source)).map((mistake) => mistake.replace(/^.*?gateway\.yaml:/, ''))
}

function write(t: ExecutionContext, source: string): string {
  const file = join(temporaryFolder(t), 'gateway.yaml')
  writeFileSync(file, source)
  return file
}

function load(t: ExecutionContext, source: string) {
  return loadConfig(write(t, source), variables)
}

for (const name of readdirSync(good)) {
  test(`good/${name} has no mistake`, (t) => {
    t.notThrows(() => loadConfig(join(good, name), variables))
  })
}

for (const name of readdirSync(bad)) {
  test(`the mistakes in bad/${name} are told in their order, and no secret with them`, (t) => {
    const file = join(bad, name)
    const expected = [...readFileSync(file, 'utf8').matchAll(/^# expect: (.*)$/gm)].map(([, text]) => `${name}:${text}`)
    t.true(expected.length > 0, 'the file should end with a line "# expect: line:column key: message" for each mistake')
    const mistakes = mistakesIn(t, file)
    t.deepEqual(mistakes, expected)
    t.notRegex(mistakes.join('\n'), /hunter2|20077002/)
  })
}

test('the gateway.yaml that Skillgate comes with has no mistake', (t) => {
  const config = loadConfig(join(import.meta.dirname, '../../gateway.yaml'), {})
  t.is(config.public_url, 'https://dev.jasonhollis.com')
})

test('a full file says all there is to say', (t) => {
  const config = loadConfig(join(good, 'full.yaml'), variables)
  t.is(config.public_url, 'https://home.example.org')
  t.deepEqual(config.listen, {
    https: { host: '::', port: 65_535 },
    http: { host: '127.0.0.1', port: 0 },
    proxy_protocol: false,
    trusted_proxies: [
      { address: '192.168.1.2', prefix: 32, family: 'ipv4' },
      { address: '10.0.0.0', prefix: 8, family: 'ipv4' },
      { address: 'fd00::', prefix: 8, family: 'ipv6' },
    ],
  })
  t.deepEqual(Object.keys(config.upstreams), ['music-assistant', 'lights', 'standard_port'])
  t.is(config.upstreams.standard_port?.url, 'http://127.0.0.1')
  t.is(config.upstreams['music-assistant']?.kind, 'music-assistant')
  t.deepEqual(config.upstreams['music-assistant']?.commands, {
    allow: { 'music/*': 'music.read', 'auth/scopes': 'user:read', 'config/core/get': 'user:read' },
    refuse: ['players/cmd/power', 'auth/*'],
    library_write: true,
    urls: true,
  })
  t.is(config.upstreams['music-assistant']?.response_timeout, 1)
  t.is(config.upstreams.lights?.response_timeout, 3600)
  t.is(config.upstreams.lights?.connections, 10_000)
  t.is(config.upstreams.lights?.ca, join(good, 'tls/lights-ca.pem'))
  t.deepEqual(config.routes[0]?.scopes, ['music.read', 'user:read'])
  t.deepEqual(
    config.routes.slice(1, 4).map(({ sandbox }) => sandbox),
    [true, false, true],
  )
  t.deepEqual(config.routes[3]?.origins, ['https://app.example.org', 'http://[::1]:3000', 'capacitor://localhost'])
  t.is(config.routes[3]?.cors, undefined)
  t.is(config.routes[4]?.cors, '*')
  const readers = config.routes.find(({ path }) => path === '/playing')?.cors
  t.deepEqual(readers, ['https://app.example.org', 'capacitor://localhost'])
  t.deepEqual(config.log, { level: 'debug', format: 'json', file: join(import.meta.dirname, 'state/skillgate.log') })
  t.deepEqual(config.metrics, { listen: { host: '::1', port: 9090 } })
})

test('a route leads to an upstream, to another place, or to an answer', (t) => {
  const { routes } = loadConfig(join(good, 'full.yaml'), variables)
  const leading = (key: 'upstream' | 'redirect' | 'respond') => routes.filter((route) => route[key] !== undefined)
  t.is(leading('upstream').length + leading('redirect').length + leading('respond').length, routes.length)
  t.deepEqual(
    leading('redirect').map(({ host, redirect }) => [host, redirect]),
    [
      ['music.example.org', '/music/'],
      ['music.example.org', 'https://[::1]:8443/a?b=c#d'],
      ['localhost', 'http://example.org'],
    ],
  )
  t.deepEqual(
    leading('respond').map(({ host, respond }) => [host, respond]),
    [
      [undefined, { status: 200, body: 'User-agent: *\nDisallow: /\n', type: 'text/x-robots; charset="utf-8"; a=b' }],
      ['1-2.3x', { status: 599, body: '', type: 'text/plain; charset=utf-8' }],
      [undefined, { status: 204, body: '', type: 'text/plain; charset=utf-8' }],
    ],
  )
})

test('the shipped file is good as it is, and with the # before its token taken away', (t) => {
  const shipped = readFileSync(new URL('../../gateway.yaml', import.meta.url), 'utf8')
  t.is(load(t, shipped).upstreams['music-assistant']?.token, undefined)
  const withToken = load(t, shipped.replace('# token:', 'token:'))
  t.truthy(withToken.upstreams['music-assistant']?.token)
})

test('what a minimal file leaves out has its default', (t) => {
  const config = loadConfig(join(good, 'minimal.yaml'), {})
  t.deepEqual(config.tls, {
    source: 'local',
    directory: join(good, 'certs'),
    suites: 'alexa',
    hsts: true,
    hosts: {},
  })
  t.is(config.data_dir, join(good, 'data'))
  t.is(config.listen.http, undefined)
  t.deepEqual(config.log, { level: 'info' })
  t.is(config.metrics, undefined)
  t.is(config.identity_headers.user_id, 'X-Remote-User-Id')
  t.deepEqual(config.users, { source: 'local', local: true })
  t.is(config.upstreams.music?.response_timeout, 30)
  t.is(config.upstreams.music?.connections, 100)
  t.is(config.oauth.base_path, '/alexa')
  t.is(config.oauth.clients[0]?.public, false)
  t.deepEqual(config.routes[0]?.methods, ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
  t.deepEqual(config.routes[0]?.scopes, [])
})

test('relative paths start at the folder of the file, and absolute ones stay', (t) => {
  const config = loadConfig(join(good, 'full.yaml'), variables)
  t.is(config.data_dir, join(import.meta.dirname, 'state'))
  t.deepEqual(config.tls, {
    source: 'files',
    certificate: join(good, 'tls/fullchain.pem'),
    key: '/etc/skillgate/privkey.pem',
    suites: 'alexa',
    hsts: true,
    hosts: {},
  })
  t.deepEqual(config.upstreams['music-assistant']?.token, { file: join(good, 'music-assistant.token') })
})

test('${NAME} is taken from the variables given, not from the process', (t) => {
  const config = loadConfig(join(good, 'full.yaml'), variables)
  t.deepEqual(config.oauth.clients[0]?.secret, { variable: 'ALEXA_SECRET', value: 'from the environment' })
  t.deepEqual(config.upstreams.lights?.token, { variable: 'LIGHTS_TOKEN', value: 'also from there' })
  const value = 'for those who may register'
  t.deepEqual(config.oauth.registration.initial_access_token, { variable: 'REGISTRATION_TOKEN', value })

  const source = minimal.replace('{ file: app.secret }', '${PATH}')
  t.deepEqual(mistakesInText(t, source), [
    '12:7 oauth.clients[0].secret: expected a value in the environment variable PATH, there is none',
  ])
})

test('the configuration is frozen all the way down', (t) => {
  const unfrozen: string[] = []
  const look = (value: unknown, path: string) => {
    if (typeof value !== 'object' || value === null) return
    if (!Object.isFrozen(value)) unfrozen.push(path)
    for (const [key, part] of Object.entries(value)) look(part, `${path}.${key}`)
  }
  look(loadConfig(join(good, 'full.yaml'), variables), 'full')
  look(loadConfig(join(good, 'minimal.yaml'), variables), 'minimal')
  t.deepEqual(unfrozen, [])
})

test('loading a file a second time gives the same again', (t) => {
  const file = join(good, 'minimal.yaml')
  t.deepEqual(loadConfig(file, {}), loadConfig(file, {}))
})

test('a byte order mark and Windows line ends change nothing', (t) => {
  const config = load(t, `\ufeff${minimal.replaceAll('\n', '\r\n')}`)
  t.is(config.public_url, 'https://home.example.org')
})

test('a port may be 65535, not 65536', (t) => {
  const at = (port: number) => minimal.replace('0.0.0.0:8443', `0.0.0.0:${port}`)
  t.is(load(t, at(65_535)).listen.https?.port, 65_535)
  t.is(load(t, at(0)).listen.https?.port, 0)
  t.is(mistakesInText(t, at(65_536)).length, 1)
})

test('a response_timeout may be 1 and 3600, not 0 and 3601', (t) => {
  const of = (seconds: number) => minimal.replace('8095 }', `8095, response_timeout: ${seconds} }`)
  t.is(load(t, of(1)).upstreams.music?.response_timeout, 1)
  t.is(load(t, of(3600)).upstreams.music?.response_timeout, 3600)
  for (const seconds of [0, 3601]) {
    t.deepEqual(mistakesInText(t, of(seconds)), [
      `6:40 upstreams.music.response_timeout: expected whole seconds from 1 to 3600, got ${seconds}`,
    ])
  }
})

test('a host name may have 253 characters, not 254', (t) => {
  const of = (length: number) =>
    minimal.replace('{ path: /api', `{ host: ${'abc.'.repeat(62)}${'d'.repeat(length - 248)}, path: /api`)
  t.is(load(t, of(253)).routes[0]?.host?.length, 253)
  t.is(mistakesInText(t, of(254)).length, 1)
})

test('an address that takes a free port may be given to every listener', (t) => {
  const source = `${minimal.replace('0.0.0.0:8443', '127.0.0.1:0, http: 127.0.0.1:0')}metrics: { listen: 127.0.0.1:0 }\n`
  t.deepEqual(load(t, source).metrics, { listen: { host: '127.0.0.1', port: 0 } })
})

test('a client id may have 100 characters, not 101', (t) => {
  const of = (length: number) => minimal.replace('id: app', `id: ${'a'.repeat(length)}`)
  t.is(load(t, of(100)).oauth.clients[0]?.id.length, 100)
  t.is(mistakesInText(t, of(101)).length, 1)
})

test('a key __proto__ is a mistake, and changes no prototype', (t) => {
  const mistakes = mistakesInText(
    t,
    `${minimal}__proto__: { polluted: true }\nconstructor: { prototype: { polluted: 1 } }\n`,
  )
  t.deepEqual(
    mistakes.map((mistake) => mistake.slice(0, mistake.indexOf(': '))),
    ['17:1 __proto__', '18:1 constructor'],
  )
  t.false('polluted' in {})
})

test('names that every object has are names like others', (t) => {
  const config = load(
    t,
    minimal.replace('  music: {', '  constructor: {').replace('upstream: music', 'upstream: constructor'),
  )
  t.deepEqual(Object.keys(config.upstreams), ['constructor'])
  t.is(mistakesInText(t, minimal.replace('upstream: music', 'upstream: toString')).length, 1)
})

test('a key that would break the line is shown in quotes', (t) => {
  const [mistake = ''] = mistakesInText(t, `${minimal}"a\\nb\\e[31m": 1\n`)
  t.true(mistake.startsWith('17:1 "a\\nb\\u001b[31m": expected one of the keys '), mistake)
})

test('what is there is shown to its first 77 characters', (t) => {
  const [mistake = ''] = mistakesInText(t, minimal.replace('https://home.example.org', 'a'.repeat(5000)))
  t.true(mistake.endsWith(`, got "${'a'.repeat(76)}...`), mistake)
})

test('an empty file is told to be empty', (t) => {
  t.regex(mistakesInText(t, '')[0] ?? '', /^1:1 the file: expected a map with the keys public_url, .*, it is empty$/)
})

test('a file that is not there, or is a folder, is told with its whole path', (t) => {
  const folder = temporaryFolder(t)
  const file = join(folder, 'gateway.yaml')
  t.deepEqual(mistakesIn(t, file), [
    `${file}: expected a configuration file, it can't be read: ENOENT: no such file or directory, open '${file}'`,
  ])
  mkdirSync(file)
  t.regex(mistakesIn(t, file)[0] ?? '', /gateway\.yaml: expected a configuration file, it can't be read: EISDIR/)
})

test('a file may have 100,000 characters, not 100,001', (t) => {
  t.notThrows(() => load(t, minimal.padEnd(100_000, '#')))
  const file = write(t, minimal.padEnd(100_001, '#'))
  t.deepEqual(mistakesIn(t, file), [`${file}: expected at most 100000 characters, got 100001`])
})

for (const [kind, opening, closing] of [
  ['lists', '[', ']'],
  ['maps', '{ a: ', '}'],
  ['lists in lines', '- ', ''],
] as const) {
  test(`${kind} within each other, however deep, are a mistake and no crash`, (t) => {
    for (const depth of [10, 100, 500, 1000, 2000, 10_000]) {
      const mistakes = mistakesInText(t, `${opening.repeat(depth)}${closing.repeat(depth)}`)
      t.true(mistakes.length > 0)
    }
  })
}

test('ten thousand mistakes are all told', (t) => {
  const source = Array.from({ length: 10_000 }, (_, i) => `k${i}:`).join('\n')
  t.is(mistakesInText(t, source).filter((mistake) => / k\d+:/.test(mistake)).length, 10_000)
})

test('mistakes are told by place, whatever finds them', (t) => {
  for (const name of readdirSync(bad)) {
    const places = mistakesIn(t, join(bad, name)).map((mistake) => /:(\d+):(\d+) /.exec(mistake)?.slice(1).map(Number))
    const offsets = places.map(([line = 0, column = 0] = []) => line * 10_000 + column)
    t.deepEqual(
      offsets,
      offsets.toSorted((a, b) => a - b),
      name,
    )
  }
})
