import test from 'ava'
import { registrationWindow } from '../../src/oauth/clients/registered/registration-window.ts'
import { openTerminal } from '../support/terminal.ts'

const MINUTE = 60_000

test('clients are let register for as long as was said, and that is written down', async (t) => {
  const { type, store, now, events } = await openTerminal(t)
  for (const [typed, minutes] of [
    ['10m', 10],
    ['1m', 1],
    ['2h', 120],
    ['24h', 1440],
    ['1440m', 1440],
  ] as const) {
    const lines = await type('client allow', { for: typed })
    t.is(await registrationWindow(store, now()), now() + minutes * MINUTE, typed)
    t.regex(
      lines[0]!,
      /^Until \d{4}-\d\d-\d\d \d\d:\d\d any client can register itself at https:\/\/dev\.jasonhollis\.com\./,
    )
    t.is(lines[1], 'Each may ask people for: music.read music.control')
    t.regex(lines[2]!, /skillgate client allow --stop$/)
  }
  t.deepEqual(
    events().map(({ event }) => event),
    Array(5).fill('registration_opened'),
  )
})

test('where such a client could not get into a route, that is said with the key to change', async (t) => {
  const { type } = await openTerminal(t, (config) => {
    Object.assign(config.oauth.scopes, { tools: 'Use the tools' })
    config.routes.push({
      path: '/mcp',
      methods: ['POST'],
      upstream: 'music-assistant',
      auth: 'bearer',
      scopes: ['tools'],
    })
  })
  const told =
    /^That is too little for .*\/mcp \(tools\)\. If one is meant: oauth\.registration\.scopes in gateway\.yaml$/m
  t.regex((await type('client allow', { for: '10m' })).join('\n'), told)
  const { type: typeThere } = await openTerminal(t, ({ oauth, routes }) => {
    const scopes = [...new Set(routes.flatMap((route) => ('scopes' in route ? (route.scopes ?? []) : [])))]
    Object.assign(oauth, { registration: { scopes } })
  })
  t.notRegex((await typeThere('client allow', { for: '10m' })).join('\n'), /too little/)
})

test('what it takes for how long is said where it was something else', async (t) => {
  const { type, store, now } = await openTerminal(t)
  for (const typed of ['0m', '25h', '1441m', '10', '10s', '1d', '1h30m', '-5m', '1.5h', ' 10m', '10M', 'm', '', 'ten'])
    await t.throwsAsync(
      type('client allow', { for: typed }),
      {
        name: 'CommandError',
        message: `--for takes minutes or hours from 1m to 24h, as in 10m or 2h; not "${typed}".`,
      },
      typed,
    )
  const message = 'Say either: skillgate client allow --for 10m, or: skillgate client allow --stop'
  for (const options of [{}, { for: '10m', stop: true }])
    await t.throwsAsync(type('client allow', options), { name: 'CommandError', message })
  t.is(await registrationWindow(store, now()), undefined)
})

test('it is ended before its time by --stop, which says so where there was nothing to end', async (t) => {
  const { type, store, now, events } = await openTerminal(t)
  t.deepEqual(await type('client allow', { stop: true }), ['No client was allowed to register itself.'])
  await type('client allow', { for: '1h' })
  t.regex((await type('client allow', { stop: true }))[0]!, /^From now on no client registers itself/)
  t.is(await registrationWindow(store, now()), undefined)
  t.is(events().at(-1)!.event, 'registration_closed')
})

test('where the configuration lets clients register at any time, --stop says that it goes on', async (t) => {
  const { type } = await openTerminal(t, (config) => {
    Object.assign(config.oauth, { registration: { open: true } })
  })
  t.regex((await type('client allow', { stop: true })).at(-1)!, /oauth\.registration\.open/)
  t.regex((await type('client list')).at(-1)!, /oauth\.registration\.open\.$/)
})

test('the list of clients shows until when any may register, and who came without a token, and until when', async (t) => {
  const { type, store, now, advance } = await openTerminal(t)
  const app = {
    ...{ name: 'App', public: true, redirectUris: ['https://app.example/back'], scopes: ['music.read'] },
    ...{ grantTypes: ['authorization_code' as const], authMethods: [], createdAt: now(), openly: true },
  }
  await store.put('client', 'app-1', { ...app, expiresAt: now() + MINUTE }, now() + MINUTE)
  await store.put('client', 'app-2', { ...app, approved: true })
  await store.put('client', 'app-3', { ...app, approved: true, expiresAt: now() + MINUTE })
  await type('client allow', { for: '10m' })
  const lines = await type('client list')
  const line = (id: string) => lines.find((one) => one.startsWith(id)) ?? ''
  t.regex(line('app-1'), /itself, .*, without a token; goes .* unless somebody approves it$/)
  t.regex(line('app-2'), /itself, .*, without a token$/)
  t.regex(line('app-3'), /without a token; goes .* unless it is used again$/)
  t.regex(lines.at(-1)!, /^Any client can register itself until .*skillgate client allow --stop$/)
  t.notRegex(lines.join('\n'), /can do nothing/)
  advance(10 * MINUTE)
  t.notRegex((await type('client list')).join('\n'), /Any client can register/)
})
