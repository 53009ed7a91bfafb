import { createHash } from 'node:crypto'
import test, { type ExecutionContext } from 'ava'
import { openClients } from '../../../src/oauth/clients/clients.ts'
import { hashSecret } from '../../../src/secrets/secret.ts'
import type { Kind } from '../../../src/store/records.ts'
import type { Store } from '../../../src/store/store.ts'
import { openAccessTokens } from '../../support/access-tokens.ts'
import { CLIENT, openStores, PUBLIC_CLIENT, putGrant, testClients, USER } from '../../support/grants.ts'

/** The store, whose reads are counted, and held up before those of one kind until they are let go. */
function watched(store: Store) {
  let reads = 0
  let holdUp: Kind | undefined
  let letGo = () => {}
  let arrived = () => {}
  async function get<K extends Kind>(kind: K, id: string) {
    reads++
    const value = await store.get(kind, id)
    if (kind === holdUp) {
      await new Promise<void>((resolve) => {
        letGo = resolve
        arrived()
      })
    }
    return value
  }
  return {
    store: { ...store, get },
    reads: () => reads,
    /** Resolves when the next read of this kind has its value and waits with it. */
    holdNext: (kind: Kind) =>
      new Promise<void>((resolve) => {
        holdUp = kind
        arrived = () => {
          holdUp = undefined
          resolve()
        }
      }),
    letGo: () => letGo(),
  }
}

test('a token is found with the facts about it', async (t) => {
  const { store, now } = await openStores(t)
  const { token, id, expiresAt } = await putGrant(store, now())
  const { find } = openAccessTokens(store, testClients(), now)
  const facts = {
    id: hashSecret(token),
    grantId: id,
    identity: {
      user: { id: USER.id, name: 'ada', displayName: 'Ada Lovelace' },
      client: CLIENT.id,
      grant: id,
      scopes: ['music.read'],
      by: 'bearer',
    },
    resources: undefined,
    issuedAt: now(),
    expiresAt,
  }
  t.deepEqual(await find(token), facts)
  t.deepEqual(await find(token), facts)
})

test('what is no token, is unknown or of another form is not found', async (t) => {
  const { store, now } = await openStores(t)
  const { token } = await putGrant(store, now())
  const { find } = openAccessTokens(store, testClients(), now)
  const hash = createHash('sha256').update(token).digest('base64url')
  for (const wrong of ['', 'x', 'A'.repeat(43), `${token}=`, ` ${token}`, token.toLowerCase(), hash]) {
    t.is(await find(wrong), undefined, wrong)
  }
})

test('facts are read once and remembered for 10 s at the most', async (t) => {
  const { store: real, now, advance } = await openStores(t)
  const { token } = await putGrant(real, now())
  const { store, reads } = watched(real)
  const { find } = openAccessTokens(store, testClients(), now)
  t.truthy(await find(token))
  const once = reads()
  t.truthy(await find(token))
  advance(9_999)
  t.truthy(await find(token))
  t.is(reads(), once)
  advance(2)
  t.truthy(await find(token))
  t.is(reads(), 2 * once)
})

test('a token that expires while it is remembered is refused from that moment on', async (t) => {
  const { store, now, advance } = await openStores(t)
  const { token } = await putGrant(store, now())
  const { find } = openAccessTokens(store, testClients(), now)
  advance(3600_000 - 1000)
  t.truthy(await find(token))
  advance(999)
  t.truthy(await find(token))
  advance(1)
  t.is(await find(token), undefined)
})

test('what was revoked here is forgotten at once', async (t) => {
  const { store, now } = await openStores(t)
  const { token, id } = await putGrant(store, now())
  const { find, forgetAll } = openAccessTokens(store, testClients(), now)
  t.truthy(await find(token))
  await store.delete('grant', id)
  t.truthy(await find(token), 'it is remembered until it is told')
  forgetAll()
  t.is(await find(token), undefined)
})

for (const kind of ['grant', 'access', 'user'] as const) {
  test(`a token is forgotten at once when another process deletes its ${kind}`, async (t) => {
    const { store, other, now } = await openStores(t)
    const { token, id } = await putGrant(store, now())
    const { find } = openAccessTokens(store, testClients(), now)
    t.truthy(await find(token))
    const ids = { grant: id, access: createHash('sha256').update(token).digest('base64url'), user: USER.name }
    t.true(await other.delete(kind, ids[kind]))
    t.is(await find(token), undefined)
  })
}

/** A look-up that has read all about a token, and waits before it remembers it. */
async function heldUp(t: ExecutionContext) {
  const { store: real, other, now } = await openStores(t)
  const { token, id } = await putGrant(real, now())
  const bystander = await putGrant(real, now())
  const { store, holdNext, letGo } = watched(real)
  const { find, forgetAll } = openAccessTokens(store, testClients(), now)
  const held = holdNext('user')
  const reading = find(token)
  await held
  const readOn = async () => {
    letGo()
    await reading
    return find(token)
  }
  return { real, other, id, bystander, find, forgetAll, readOn }
}

test('what is revoked here while it is read is not remembered', async (t) => {
  const { real, id, forgetAll, readOn } = await heldUp(t)
  await real.delete('grant', id)
  forgetAll()
  t.is(await readOn(), undefined)
})

test('what another process revokes while it is read is not remembered', async (t) => {
  const { other, id, readOn } = await heldUp(t)
  await other.delete('grant', id)
  t.is(await readOn(), undefined)
})

test('what another process revokes while it is read is not remembered, also if somebody else asks meanwhile', async (t) => {
  const { other, id, bystander, find, readOn } = await heldUp(t)
  await other.delete('grant', id)
  t.truthy(await find(bystander.token))
  t.is(await readOn(), undefined)
})

test('a token whose client is no longer in the configuration is not found', async (t) => {
  const { store, now } = await openStores(t)
  const { token } = await putGrant(store, now())
  const without = openClients([PUBLIC_CLIENT], undefined)
  t.is(await openAccessTokens(store, without, now).find(token), undefined)
  t.truthy(await openAccessTokens(store, testClients(), now).find(token))
})

test('a token is not found when its user was replaced by another one of the same name', async (t) => {
  const { store, now } = await openStores(t)
  const { token } = await putGrant(store, now())
  await store.put('user', USER.name, { ...USER, id: 'u2' })
  t.is(await openAccessTokens(store, testClients(), now).find(token), undefined)
})

test('the facts say what the user is called now', async (t) => {
  const { store, other, now } = await openStores(t)
  const { token } = await putGrant(store, now())
  const { find } = openAccessTokens(store, testClients(), now)
  t.is((await find(token))?.identity.user.displayName, 'Ada Lovelace')
  await other.put('user', USER.name, { ...USER, displayName: 'Countess' })
  t.is((await find(token))?.identity.user.displayName, 'Countess')
})

test('an unknown token is asked for each time, so that it works as soon as it is there', async (t) => {
  const { store, now } = await openStores(t)
  const { token, expiresAt, id } = await putGrant(store, now())
  const hash = createHash('sha256').update(token).digest('base64url')
  await store.delete('access', hash)
  const { find } = openAccessTokens(store, testClients(), now)
  t.is(await find(token), undefined)
  await store.put('access', hash, { grant: id, scopes: [], issuedAt: 0, expiresAt }, expiresAt)
  t.truthy(await find(token))
})

test('a token counts as granted after its hour, but not without its grant, its user or its client', async (t) => {
  const { store, now, advance } = await openStores(t)
  const { token, id } = await putGrant(store, now())
  const { find, stillGranted } = openAccessTokens(store, testClients(), now)
  const fact = (await find(token))!
  advance(3600_000)
  t.is(await find(token), undefined)
  t.true(await stillGranted(fact))
  const without = openClients([PUBLIC_CLIENT], undefined)
  t.false(await openAccessTokens(store, without, now).stillGranted(fact))
  await store.put('user', USER.name, { ...USER, id: 'somebody else of this name' })
  t.false(await stillGranted(fact))
  await store.put('user', USER.name, USER)
  t.true(await stillGranted(fact))
  await store.delete('grant', id)
  t.false(await stillGranted(fact))
})
