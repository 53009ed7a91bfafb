import test from 'ava'
import { StorageError } from '../../../src/files/storage-error.ts'
import { handleToken } from '../../../src/oauth/endpoints/handle-token.ts'
import { hashSecret } from '../../../src/secrets/secret.ts'
import { CLIENT, PUBLIC_CLIENT } from '../../support/grants.ts'
import { AS_CLIENT, AS_PHONE, issueTokens, openServer, postForm } from '../../support/server.ts'

const GRACE = PUBLIC_CLIENT.lifetimes.refreshGrace
const DAY = 86_400_000

test('the refresh token of a public client is replaced at each use, and its life begins anew', async (t) => {
  const { server, store, now, advance } = await openServer(t)
  const { refresh } = await issueTokens(server, PUBLIC_CLIENT)
  const seen = [refresh]
  for (let time = 0; time < 3; time++) {
    advance(89 * DAY)
    const { status, json } = await postForm(server, handleToken, {
      grant_type: 'refresh_token',
      refresh_token: seen.at(-1),
      ...AS_PHONE,
    })
    t.is(status, 200)
    t.regex(json.refresh_token, /^[\w-]{43}$/)
    t.false(seen.includes(json.refresh_token))
    seen.push(json.refresh_token)
    const row = await store.get('refresh', hashSecret(json.refresh_token))
    t.deepEqual([row?.issuedAt, row?.expiresAt, row?.supersededAt], [now(), now() + 90 * DAY, undefined])
  }
})

test('a successor follows from the token and from a key that only this server has', async (t) => {
  const { server } = await openServer(t)
  const { refresh } = await issueTokens(server, PUBLIC_CLIENT)
  const form = { grant_type: 'refresh_token', refresh_token: refresh, ...AS_PHONE }
  const other = { ...server, rotationKey: Buffer.alloc(32) }
  const [first, second, elsewhere] = [
    await postForm(server, handleToken, form),
    await postForm(server, handleToken, form),
    await postForm(other, handleToken, form),
  ]
  t.is(second.json.refresh_token, first.json.refresh_token)
  t.not(elsewhere.json.refresh_token, first.json.refresh_token)
  t.not(first.json.refresh_token, hashSecret(refresh), 'nobody can derive it without the key')
})

test('a confidential client may be told to rotate too', async (t) => {
  const rotating = { ...CLIENT, refresh: 'rotate' as const }
  const { server, advance } = await openServer(t, [rotating])
  const { refresh, access, grant } = await issueTokens(server, rotating)
  const form = { grant_type: 'refresh_token', refresh_token: refresh, ...AS_CLIENT }
  t.not((await postForm(server, handleToken, form)).json.refresh_token, refresh)
  advance(GRACE + 1)
  t.is((await postForm(server, handleToken, form)).json.error, 'invalid_grant')
  t.is(await server.store.get('grant', grant), undefined)
  t.is(await server.accessTokens.find(access), undefined)
})

test('the successor is for all that was consented to, also where the access token was narrowed', async (t) => {
  const { server } = await openServer(t)
  const { refresh } = await issueTokens(server, PUBLIC_CLIENT, { resources: [`${server.issuer}/api`] })
  const narrow = await postForm(server, handleToken, {
    grant_type: 'refresh_token',
    refresh_token: refresh,
    scope: 'music.read',
    ...AS_PHONE,
  })
  t.is(narrow.json.scope, 'music.read')
  const row = await server.store.get('refresh', hashSecret(narrow.json.refresh_token))
  t.deepEqual(row?.scopes, PUBLIC_CLIENT.scopes)
  t.deepEqual(row?.resources, [`${server.issuer}/api`])
})

test('a retry within the grace leaves one successor, whose time did not begin anew', async (t) => {
  const { server, store, advance, now } = await openServer(t)
  const { refresh } = await issueTokens(server, PUBLIC_CLIENT)
  const form = { grant_type: 'refresh_token', refresh_token: refresh, ...AS_PHONE }
  const begun = now()
  const first = await postForm(server, handleToken, form)
  advance(GRACE)
  const retry = await postForm(server, handleToken, form)
  t.is(retry.json.refresh_token, first.json.refresh_token)
  t.is((await store.list('refresh', '', undefined, 10)).entries.length, 2)
  t.is((await store.get('refresh', hashSecret(refresh)))?.supersededAt, begun, 'the grace did not either')
  t.is((await store.get('refresh', hashSecret(first.json.refresh_token)))?.expiresAt, begun + 90 * DAY)
  t.truthy(await server.accessTokens.find(first.json.access_token))
  t.truthy(await server.accessTokens.find(retry.json.access_token))
})

test('72. once the successor was used, the old token coming again is reuse, also within the grace', async (t) => {
  const { server, store, events, advance } = await openServer(t)
  const { refresh, grant, access } = await issueTokens(server, PUBLIC_CLIENT)
  const send = (token: string) =>
    postForm(server, handleToken, { grant_type: 'refresh_token', refresh_token: token, ...AS_PHONE })
  const first = await send(refresh)
  t.is((await send(refresh)).json.refresh_token, first.json.refresh_token, 'nobody has used the successor yet')
  t.is((await send(first.json.refresh_token)).status, 200)
  advance(1)
  t.is((await send(refresh)).json.error, 'invalid_grant')
  t.is(await store.get('grant', grant), undefined)
  t.is(await server.accessTokens.find(access), undefined)
  t.like(events.at(-1), { event: 'refresh_token_reused', detail: 'after its successor was used: its grant is revoked' })
})

test('72. whoever copies a token is noticed beside its owner, whichever of them comes first', async (t) => {
  for (let round = 0; round < 20; round++) {
    const { server, store } = await openServer(t)
    const { refresh, grant } = await issueTokens(server, PUBLIC_CLIENT)
    const send = (token: string) =>
      postForm(server, handleToken, { grant_type: 'refresh_token', refresh_token: token, ...AS_PHONE })
    const holders = [refresh, refresh]
    // Each goes on with what it was given; the order differs from round to round.
    const order = [0, 1, 2, 3, 4].map((bit) => (round >> bit) & 1)
    for (const holder of [...order, 0, 1, 0, 1]) {
      const { json } = await send(holders[holder] as string)
      if (json.refresh_token) holders[holder] = json.refresh_token
    }
    t.is(await store.get('grant', grant), undefined, order.join(''))
  }
})

test('72. two requests with the same token at once get the same successor, and both go on to work', async (t) => {
  const { server, store } = await openServer(t)
  const { refresh, grant } = await issueTokens(server, PUBLIC_CLIENT)
  const form = { grant_type: 'refresh_token', refresh_token: refresh, ...AS_PHONE }
  const answers = await Promise.all([1, 2, 3].map(() => postForm(server, handleToken, form)))
  t.deepEqual(
    answers.map(({ json }) => json.refresh_token),
    Array(3).fill(answers[0]?.json.refresh_token),
  )
  for (const { json } of answers) t.truthy(await server.accessTokens.find(json.access_token))
  t.truthy(await store.get('grant', grant))
})

test('a grant that was revoked is not brought back by a rotation that is under way', async (t) => {
  const { server, store } = await openServer(t)
  const { refresh, grant } = await issueTokens(server, PUBLIC_CLIENT)
  const insert: typeof store.insert = async (kind, ...rest) => {
    if (kind === 'refresh') await store.delete('grant', grant)
    return store.insert(kind, ...rest)
  }
  const form = { grant_type: 'refresh_token', refresh_token: refresh, ...AS_PHONE }
  const { json } = await postForm({ ...server, store: { ...store, insert } }, handleToken, form)
  t.is(await store.get('grant', grant), undefined)
  t.is(await server.accessTokens.find(json.access_token ?? ''), undefined)
  const next = { ...form, refresh_token: json.refresh_token }
  t.is((await postForm(server, handleToken, next)).json.error, 'invalid_grant')
})

test('40. wherever the store fails in a rotation nothing is superseded, so the retry works, however late', async (t) => {
  for (const call of ['replace', 'insert'] as const) {
    const { server, store, events, advance } = await openServer(t)
    const { refresh, grant } = await issueTokens(server, PUBLIC_CLIENT)
    const form = { grant_type: 'refresh_token', refresh_token: refresh, ...AS_PHONE }
    // So that its use has to be noted.
    advance(DAY)
    const broken = () => Promise.reject(new StorageError('disk full'))
    const failing = { ...server, store: { ...store, [call]: broken } }
    await t.throwsAsync(postForm(failing, handleToken, form), { instanceOf: StorageError }, call)
    t.is((await store.get('refresh', hashSecret(refresh)))?.supersededAt, undefined, call)

    advance(GRACE + 1)
    const retry = await postForm(server, handleToken, form)
    t.is(retry.status, 200, call)
    t.truthy(await server.accessTokens.find(retry.json.access_token))
    const rows = (await store.list('refresh', '', undefined, 10)).entries.map(({ id }) => id)
    t.deepEqual(rows.sort(), [refresh, retry.json.refresh_token].map(hashSecret).sort(), 'there is one successor')
    t.truthy(await store.get('grant', grant))
    t.deepEqual(
      events.map(({ event }) => event),
      ['tokens_refreshed'],
    )
  }
})

test('71. when the key was rotated between an answer that got lost and the retry, the successor is the same', async (t) => {
  const { server } = await openServer(t)
  const { refresh } = await issueTokens(server, PUBLIC_CLIENT)
  const form = { grant_type: 'refresh_token', refresh_token: refresh, ...AS_PHONE }
  const lost = (await postForm(server, handleToken, form)).json.refresh_token
  const [second, third] = [Buffer.alloc(32, 2), Buffer.alloc(32, 3)]
  const once = { ...server, rotationKey: second, earlierRotationKeys: [server.rotationKey] }
  const twice = { ...server, rotationKey: third, earlierRotationKeys: [second, server.rotationKey] }
  for (const rotated of [once, twice]) {
    t.is((await postForm(rotated, handleToken, form)).json.refresh_token, lost)
  }
  const next = await postForm(twice, handleToken, { ...form, refresh_token: lost })
  t.is(next.status, 200)
  const again = await postForm({ ...server, rotationKey: third }, handleToken, { ...form, refresh_token: lost })
  t.is(again.json.refresh_token, next.json.refresh_token, 'what is new follows from the newest key')
})
