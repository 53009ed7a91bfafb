import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import test from 'ava'
import { Pool } from 'undici'
import { stringify } from 'yaml'
import { watchConfiguration } from '../../../src/app/reloading/watch-configuration.ts'
import { explainError } from '../../../src/cli/explain-error.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { startTestHouse, testConfig } from '../../support/gateway.ts'

// biome-ignore lint/suspicious/noExplicitAny: broken in every way that there is
type Anything = any

/** Puts a value at a path such as `routes.0.path`; undefined takes away what is there. */
function set(path: string, value: unknown) {
  return (config: Anything) => {
    const steps = path.split('.')
    const last = steps.pop() as string
    const there = steps.reduce((inner, step) => inner[step], config)
    if (value === undefined) delete there[last]
    else there[last] = value
  }
}

/** Mistakes that have a place in the file. */
const misplaced: Record<string, (config: Anything) => void> = {
  'no TLS in the public URL': set('public_url', 'http://dev.jasonhollis.com'),
  'a path in the public URL': set('public_url', 'https://dev.jasonhollis.com/x'),
  'no public URL': set('public_url', undefined),
  'no port': set('listen.https', '127.0.0.1'),
  'a port that there is not': set('listen.https', '127.0.0.1:99999'),
  'nothing to listen on': set('listen.https', undefined),
  'a key that there is not': set('colour', 'blue'),
  'a misspelt key': set('listen.htps', '127.0.0.1:0'),
  'a proxy that is no address': set('listen.trusted_proxies', ['router']),
  'a certificate from nowhere': set('tls.source', 'thin air'),
  'a key without its certificate': set('tls', { source: 'files', key: 'x.pem' }),
  'an upstream that speaks FTP': set('upstreams.dead.url', 'ftp://127.0.0.1'),
  'an upstream with a path': set('upstreams.dead.url', 'http://127.0.0.1:1/x'),
  'an upstream without its URL': set('upstreams.dead', {}),
  'a timeout of nothing': set('upstreams.dead.response_timeout', 0),
  'a timeout in words': set('upstreams.dead.response_timeout', 'soon'),
  'a token in clear': set('upstreams.dead.token', 'nobody'),
  'no upstreams': set('upstreams', undefined),
  'no routes': set('routes', []),
  'routes that are no list': set('routes', 'all'),
  'a route without a slash': set('routes.0.path', 'api'),
  'a route without a path': set('routes.0.path', undefined),
  'a route that leads nowhere': set('routes.0.upstream', 'nowhere'),
  'a route twice': (c) => c.routes.push(c.routes[1]),
  'a route of the gateway itself': set('routes.0.path', '/alexa/token'),
  'a route with two ends': set('routes.0.redirect', '/x'),
  'an access that there is not': set('routes.0.auth', 'basic'),
  'a route without its access': set('routes.0.auth', undefined),
  'a scope that nobody knows': set('routes.0.scopes', ['music.delete']),
  'a method that is none': set('routes.0.methods', ['get it']),
  'no authorization server': set('oauth', undefined),
  'a client twice': (c) => c.oauth.clients.push(c.oauth.clients[0]),
  'a client without its id': set('oauth.clients.0.id', undefined),
  'a client that nobody is sent back to': set('oauth.clients.0.redirect_uris', []),
  'a redirect URI in clear': set('oauth.clients.0.redirect_uris', ['http://example.org/']),
  'a client with a scope that nobody knows': set('oauth.clients.0.scopes', ['music.delete']),
  'a public client with a secret': set('oauth.clients.0.public', true),
  'a header that is none': set('identity_headers', { user_id: 'X Remote' }),
  'one header for two things': set('identity_headers', { user_id: 'X-User', user_name: 'X-User' }),
  'a level that there is not': set('log', { level: 'loud' }),
}

/** Texts that are no configuration at all. */
const unreadable: Record<string, (text: string) => string> = {
  'a quote that is not closed': (text) => `${text}x: "`,
  'a tab': (text) => `${text}x:\n\ty: 1\n`,
  'a key twice': (text) => `${text}public_url: https://other.example\n`,
  'an anchor that is not there': (text) => `${text}x: *nowhere\n`,
  'a list': () => '- public_url\n',
  nothing: () => '',
}

test('50 broken configurations under load change nothing, each says why in one line, and no request is dropped', async (t) => {
  const taken = createServer().listen(0, '127.0.0.1')
  await once(taken, 'listening')
  t.teardown(() => taken.close())
  const { port } = taken.address() as { port: number }
  const house = await startTestHouse(t)
  const { configFile, folder, music, gateway, ca } = house
  writeFileSync(join(folder, 'short.secret'), 'short\n')

  /** What is right in itself, but can't be done here; and what takes a restart. */
  const impossible: [change: (config: Anything) => void, words: RegExp][] = [
    [
      set('upstreams.music-assistant.token', { file: 'gone.token' }),
      /gone\.token is not there: write the token that music-assistant/,
    ],
    [set('oauth.clients.0.secret', { file: 'short.secret' }), /short\.secret holds a secret of under 16/],
    [
      set('tls', { source: 'files', certificate: 'gone.pem', key: 'certs/local.key' }),
      /gone\.pem does not exist: check the path under tls/,
    ],
    [
      set('tls', { source: 'files', certificate: 'certs/local.pem', key: 'certs/local-ca.key' }),
      /belongs to certificate 2 in .*certs\/local\.pem/,
    ],
    [set('listen.http', `127.0.0.1:${port}`), /^listen EADDRINUSE.*another program listens there\. Stop it/],
    [set('listen.https', '192.0.2.1:0'), /^listen EADDRNOTAVAIL.*this machine does not have that address/],
    [set('data_dir', 'elsewhere'), /^data_dir takes effect at a start only: put the old value back, or restart/],
    [set('log', { file: 'x.log' }), /^log\.file takes effect at a start only/],
    [set('log', { format: 'json', file: 'x.log' }), /^log\.format, log\.file take effect at a start only/],
  ]
  const texts: [name: string, text: string, words: RegExp][] = []
  const withChange = (change: (config: Anything) => void) => {
    const values = testConfig(music.url)
    change(values)
    return stringify(values, { aliasDuplicateObjects: false })
  }
  for (const [name, change] of Object.entries(misplaced)) texts.push([name, withChange(change), PLACE])
  for (const [name, change] of Object.entries(unreadable)) texts.push([name, change(withChange(() => {})), PLACE])
  for (const [change, words] of impossible) texts.push([`${words}`, withChange(change), words])
  t.true(texts.length >= 50, `${texts.length}`)

  const logged: { detail: string }[] = []
  const log = { info: () => {}, error: (line: { detail: string }) => logged.push(line) } as never
  const kept = watchConfiguration({
    configFile,
    variables: {},
    config: loadConfig(configFile, {}),
    log,
    gateway: Promise.resolve(gateway),
    explain: explainError,
  })
  const load = startLoad({ port: house.port, ca })
  for (const [name, text, words] of texts) {
    writeFileSync(configFile, text)
    const before = load.answered()
    const { ok, lines } = await kept.reload('a test')
    t.false(ok, name)
    t.regex(lines[0] ?? '', words, name)
    for (const line of lines) t.notRegex(line, /\n/, name)
    t.is(logged.length, 1, name)
    t.true(logged.pop()?.detail.startsWith(lines[0] ?? '?'), name)
    await load.until(before + 10)
  }
  t.deepEqual(await load.stop(), [])
  t.deepEqual(
    house.events().filter(({ event }) => event === 'reloaded'),
    [],
  )

  writeFileSync(
    configFile,
    withChange(() => {}),
  )
  t.true((await kept.reload('a test')).ok)
})

const PLACE = /^gateway\.yaml:\d+:\d+ \S/

/** Keeps four connections busy with requests that go to the upstream. */
function startLoad({ port, ca }: { port: number; ca: string }) {
  const pool = new Pool(`https://localhost:${port}`, { connections: 4, connect: { ca } })
  const failures: string[] = []
  let answered = 0
  let stopped = false
  let changed = Promise.withResolvers<void>()
  async function work(): Promise<void> {
    while (!stopped) {
      const status = await pool.request({ path: '/open/x', method: 'GET' }).then(
        async ({ statusCode, body }) => {
          await body.dump()
          return statusCode
        },
        (error: Error) => error.message,
      )
      // So the stand-in answers what it doesn't know.
      if (status !== 404) failures.push(`${status}`)
      answered++
      changed.resolve()
    }
  }
  const workers = [work(), work(), work(), work()]
  return {
    answered: () => answered,
    async until(count: number) {
      while (answered < count) {
        changed = Promise.withResolvers()
        await changed.promise
      }
    },
    async stop() {
      stopped = true
      await Promise.all(workers)
      await pool.close()
      return failures
    },
  }
}
