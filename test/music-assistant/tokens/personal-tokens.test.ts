import test from 'ava'
import { GatewayError } from '../../../src/http/gateway-error.ts'
import { openTokens } from '../../support/personal-tokens.ts'

test('a token is made once, sealed, and opened once for however many requests', async (t) => {
  const { open, wanted, identity, there, rowOf } = await openTokens(t)
  const tokens = open()
  t.deepEqual(await tokens.mint(wanted), { kind: 'made' })
  const [token] = there.named(/^Alexa via home\.example/)
  t.false(JSON.stringify(await rowOf()).includes(token!))
  const at = tokens.at('music')
  t.is(await at.credentialsOf(identity), `Bearer ${token}`)
  t.is(at.credentialsOf(identity), `Bearer ${token}`)
  t.deepEqual(there.calls, ['auth/token/create'])
})

test('one whose answer was lost is found by its name and ended', async (t) => {
  const { open, wanted, there, store, grant, advance, rowOf } = await openTokens(t)
  await store.delete('grant', grant.id)
  there.down = 'after'
  t.deepEqual(await open().mint(wanted), { kind: 'unreachable' })
  t.is(there.named(/^Alexa/).length, 1)
  there.down = undefined
  // The process may have been killed at that moment, and another one has to do it.
  const tokens = open()
  await tokens.keep()
  t.is(there.named(/^Alexa/).length, 1)
  advance(360_001)
  t.deepEqual(await tokens.keep(), { ending: [], unfinished: false })
  t.deepEqual(there.named(/^Alexa/), [])
  t.is(await rowOf(), undefined)
})

test('a renewal whose answer was lost leaves the old token in use, and no third one', async (t) => {
  const { open, wanted, identity, there, advance, rowOf } = await openTokens(t)
  const tokens = open()
  await tokens.mint(wanted)
  await tokens.keep()
  const old = there.named(/^Alexa/)
  advance(300 * 86_400_000)
  there.down = 'after'
  await tokens.keep()
  t.is(there.named(/^Alexa/).length, 2)
  t.is(await tokens.at('music').credentialsOf(identity), `Bearer ${old[0]}`)
  there.down = undefined
  advance(5000)
  await tokens.keep()
  t.deepEqual(there.named(/^Alexa/), old)
  await tokens.keep()
  t.is(there.named(/^Alexa/).length, 1)
  t.not(there.named(/^Alexa/)[0], old[0])
  t.is((await rowOf())?.earlier, undefined)
})

test('the old token is not ended before the new one is stored, and is ended also when that failed at first', async (t) => {
  const { open, wanted, there, advance, rowOf } = await openTokens(t)
  const tokens = open()
  await tokens.mint(wanted)
  await tokens.keep()
  const [old] = there.named(/^Alexa/)
  advance(300 * 86_400_000)
  const { call } = there
  let stored: boolean | undefined
  Object.assign(there, {
    call: async (asked: Parameters<typeof call>[0]) => {
      if (asked.path === '/auth/logout' && stored === undefined) {
        stored = (await rowOf())?.earlier?.length === 1
        throw new GatewayError('bad_gateway', 'down')
      }
      return call(asked)
    },
  })
  await tokens.keep()
  t.true(stored)
  t.true(there.tokens.has(old!))
  advance(5000)
  await tokens.keep()
  t.false(there.tokens.has(old!))
  t.is(there.named(/^Alexa/).length, 1)
})

test('while Music Assistant is down an end is tried again with longer pauses, and is not forgotten', async (t) => {
  const { open, wanted, there, store, grant, advance, rowOf } = await openTokens(t)
  const tokens = open()
  await tokens.mint(wanted)
  await tokens.keep()
  await store.delete('grant', grant.id)
  there.down = 'before'
  there.calls.length = 0
  t.true((await tokens.keep()).unfinished)
  t.true((await tokens.keep()).unfinished)
  t.is(there.calls.length, 1)
  advance(5000)
  await tokens.keep()
  t.is(there.calls.length, 2)
  there.down = undefined
  // Another process knows of it by the row alone.
  t.false((await open().keep()).unfinished)
  t.deepEqual(there.named(/^Alexa/), [])
  t.is(await rowOf(), undefined)
})

test('one that Music Assistant no longer knows has ended', async (t) => {
  const { open, wanted, there, store, grant, rowOf } = await openTokens(t)
  const tokens = open()
  await tokens.mint(wanted)
  await tokens.keep()
  there.tokens.clear()
  await store.delete('grant', grant.id)
  await tokens.keep()
  t.is(await rowOf(), undefined)
})

test('a grant that has expired by the calendar keeps its token until the row is gone', async (t) => {
  const { open, wanted, advance, rowOf, store, now } = await openTokens(t)
  const tokens = open()
  await tokens.mint(wanted)
  await tokens.keep()
  advance(100 * 86_400_000)
  await tokens.keep()
  t.not(await rowOf(), undefined)
  await store.purgeExpired(now(), 1000)
  await tokens.keep()
  t.is(await rowOf(), undefined)
})

test('a crowd without a token asks for one once', async (t) => {
  const { open, identity, there, eventNames } = await openTokens(t)
  const at = open().at('music')
  const all = await Promise.all(Array.from({ length: 50 }, () => at.credentialsOf(identity)))
  t.is(new Set(all).size, 1)
  t.deepEqual(there.calls, ['auth/token/create'])
  t.deepEqual(eventNames(), ['upstream_token_issued'])
})

test('while none can be made the crowd is told so, and nobody asks again within 5 s', async (t) => {
  const { open, identity, there, advance } = await openTokens(t)
  const at = open().at('music')
  there.down = 'before'
  const ask = async () => at.credentialsOf(identity)
  for (let i = 0; i < 20; i++) await t.throwsAsync(ask, { message: /cannot be reached/ })
  t.is(there.calls.length, 1)
  there.down = undefined
  await t.throwsAsync(ask)
  advance(5000)
  t.regex(String(await ask()), /^Bearer /)
})

test('whoever has an account never acts with the token of the gateway instead', async (t) => {
  const { open, identity, there, store, grant } = await openTokens(t)
  there.tokens.clear()
  const ask = async () => open().at('music').credentialsOf(identity)
  await t.throwsAsync(ask, { code: 'upstream_refused_person' })
  t.is(await store.get('grant', grant.id), undefined)
})

test('whoever has none acts with it, and so does a person without a grant who has none', async (t) => {
  const { open, identity, store } = await openTokens(t)
  await store.put('user', 'ada', { ...(await store.get('user', 'ada'))!, account: undefined })
  const at = open().at('music')
  t.is(await at.credentialsOf(identity), undefined)
  t.is(at.credentialsOf(identity), undefined)
  t.is(await at.credentialsOf({ ...identity, grant: undefined, by: 'session' }), undefined)
})

test('somebody who is signed in in a browser acts with the session that they have there', async (t) => {
  const { open, identity, session, there } = await openTokens(t)
  const at = open().at('music')
  t.is(await at.credentialsOf({ ...identity, grant: undefined, by: 'session' }), `Bearer ${session}`)
  t.deepEqual(there.calls, [])
})

test('a 401 that was none of the token leaves it as it is, and is told to the client once', async (t) => {
  const { open, wanted, identity, there, advance, grant, store } = await openTokens(t)
  const tokens = open()
  await tokens.mint(wanted)
  advance(60_000)
  const at = tokens.at('music')
  const credentials = (await at.credentialsOf(identity)) as string
  t.true(at.noteRefused(identity, credentials))
  t.is(await at.credentialsOf(identity), credentials)
  t.false(at.noteRefused(identity, credentials))
  t.is(await at.credentialsOf(identity), credentials)
  t.is(there.calls.filter((call) => call === 'GET /auth/me').length, 2)
  t.not(await store.get('grant', grant.id), undefined)
})

test('were every token refused, no more than one a minute is made for a grant', async (t) => {
  const { open, wanted, identity, there, advance } = await openTokens(t)
  const tokens = open()
  await tokens.mint(wanted)
  const at = tokens.at('music')
  advance(60_000)
  for (let i = 0; i < 10; i++) {
    const credentials = (await at.credentialsOf(identity)) as string
    there.tokens.delete(credentials.slice('Bearer '.length))
    at.noteRefused(identity, credentials)
  }
  t.is(there.calls.filter((call) => call === 'auth/token/create').length, 2)
})

test('an account that may hold no token any more is refused, and its grant stays', async (t) => {
  const { open, identity, there, store, grant, eventNames } = await openTokens(t)
  there.refuses = 403
  const at = open().at('music')
  await t.throwsAsync(async () => at.credentialsOf(identity), { code: 'upstream_refused_gateway' })
  t.not(await store.get('grant', grant.id), undefined)
  t.deepEqual(eventNames(), ['upstream_token_refused'])
})

test('a token that is renewed by nobody else is renewed by a session that somebody has given anew', async (t) => {
  const { open, wanted, there, session, giveSession, advance } = await openTokens(t)
  const tokens = open()
  await tokens.mint(wanted)
  await tokens.keep()
  there.tokens.delete(session)
  there.tokens.delete(there.named(/^Alexa/)[0]!)
  advance(360 * 86_400_000)
  t.is((await tokens.keep()).ending.length, 1)
  there.calls.length = 0
  t.is((await tokens.keep()).ending.length, 1)
  t.deepEqual(there.calls, [])
  await giveSession(there.make('session'))
  t.deepEqual(await tokens.keep(), { ending: [], unfinished: false })
  t.is(there.named(/^Alexa/).length, 1)
})

test('tokens that say they ended long ago, or never end, are used like any other, and not made for each request', async (t) => {
  for (const exp of [1, 1e308]) {
    const { open, wanted, identity, there } = await openTokens(t)
    const { make } = there
    there.make = (name) => {
      const [header, , id] = make.call(there, name).split('.')
      const token = [header, Buffer.from(JSON.stringify({ exp })).toString('base64url'), id].join('.')
      there.tokens.set(token, name)
      return token
    }
    const tokens = open()
    await tokens.mint(wanted)
    for (let i = 0; i < 5; i++) t.regex(String(await open().at('music').credentialsOf(identity)), /^Bearer /)
    t.deepEqual(await tokens.keep(), { ending: [], unfinished: false })
    t.is(there.calls.filter((call) => call === 'auth/token/create').length, 1)
  }
})

test('however often the answer was lost when a request needed a token, none of them is left over', async (t) => {
  const { open, identity, there, advance } = await openTokens(t)
  const tokens = open()
  const ask = async () => tokens.at('music').credentialsOf(identity)
  there.down = 'after'
  for (let i = 0; i < 3; i++) {
    await t.throwsAsync(ask)
    advance(300_000)
  }
  there.down = undefined
  const credentials = await ask()
  await tokens.keep()
  t.deepEqual(
    there.named(/home\.example/).map((token) => `Bearer ${token}`),
    [credentials],
  )
})

test('whoever was removed, or whose session cannot be opened any more, is never the owner of the gateway token', async (t) => {
  const { open, identity, store } = await openTokens(t)
  const inBrowser = { ...identity, grant: undefined, by: 'session' as const }
  const ask = async (who: typeof identity) => open().at('music').credentialsOf(who)
  const ada = (await store.get('user', 'ada'))!
  await store.put('user', 'ada', { ...ada, account: { ...ada.account!, sealedSession: 'of a lost key' } })
  await t.throwsAsync(() => ask(inBrowser), { code: 'upstream_refused_person' })
  await store.delete('user', 'ada')
  await t.throwsAsync(() => ask(inBrowser), { code: 'upstream_refused_person' })
  await t.throwsAsync(() => ask(identity), { code: 'upstream_refused_person' })
})

test('what a server answers that is no Music Assistant ends no process, and no link', async (t) => {
  const answers: unknown[] = [null, [null], [7], {}, [{ token_id: { toString: 1 }, name: null }], 'text', '']
  for (const answer of answers) {
    const { open, wanted, there, store, grant, advance } = await openTokens(t)
    await store.delete('grant', grant.id)
    const tokens = open()
    there.down = 'after'
    await tokens.mint(wanted)
    const body = Buffer.from(answer === '' ? '' : JSON.stringify(answer))
    Object.assign(there, { call: async () => ({ status: 200, rawHeaders: [], body }) })
    advance(400_000)
    await t.notThrowsAsync(() => tokens.keep(), JSON.stringify(answer))
  }
})

test('who somebody is there is the account that their link was made for, and nobody where that is another one now', async (t) => {
  const { open, wanted, identity, store } = await openTokens(t)
  const tokens = open()
  const at = tokens.at('music')
  const anna = { userId: 'there', name: 'anna' }
  t.deepEqual(await at.accountOf(identity), anna)
  t.deepEqual(await at.accountOf({ ...identity, grant: undefined }), anna)
  await tokens.mint(wanted)
  t.deepEqual(await at.accountOf(identity), anna)
  t.is(await tokens.at('elsewhere').accountOf(identity), undefined)
  const ada = (await store.get('user', 'ada'))!
  await store.put('user', 'ada', { ...ada, account: { ...ada.account!, userId: 'other', name: 'berta' } })
  t.is(await at.accountOf(identity), undefined)
  await store.put('user', 'ada', { ...ada, account: undefined })
  t.is(await at.accountOf(identity), undefined)
})

test('of a thousand requests that are refused at once one client is told, and one token is made', async (t) => {
  const { open, wanted, identity, there, advance } = await openTokens(t)
  const tokens = open()
  await tokens.mint(wanted)
  const at = tokens.at('music')
  const credentials = String(await at.credentialsOf(identity))
  advance(60_000)
  there.tokens.delete(credentials.slice('Bearer '.length))
  const told = Array.from({ length: 1000 }, () => at.noteRefused(identity, credentials))
  t.is(told.filter((isTold) => isTold).length, 1)
  const next = await Promise.all(Array.from({ length: 1000 }, async () => at.credentialsOf(identity)))
  t.is(new Set(next).size, 1)
  t.not(next[0], credentials)
  t.deepEqual(there.calls, ['auth/token/create', 'GET /auth/me', 'auth/token/create'])
})

for (const grantIsGone of [false, true]) {
  const what = grantIsGone ? 'end' : 'renew'
  test(`a Music Assistant that is down, or out of order, is not asked more than twenty times an hour to ${what} a token`, async (t) => {
    for (const status of [undefined, 500]) {
      const { open, wanted, there, store, grant, advance } = await openTokens(t)
      const tokens = open()
      await tokens.mint(wanted)
      await tokens.keep()
      if (grantIsGone) await store.delete('grant', grant.id)
      else advance(300 * 86_400_000)
      let asked = 0
      Object.assign(there, {
        async call() {
          asked++
          if (status === undefined) throw new GatewayError('bad_gateway', 'down')
          return { status, rawHeaders: [], body: Buffer.from('out of order') }
        },
      })
      for (let seconds = 0; seconds < 3600; seconds += 5) {
        await tokens.keep()
        advance(5000)
      }
      t.true(asked > 5 && asked < 20, `${asked} times`)
    }
  })
}
