import { once } from 'node:events'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { WebSocket } from 'ws'
import { openKeyvStore } from '../../src/store/keyv-store.ts'
import { removeUser } from '../../src/users/users.ts'
import { exactRequest, FORM } from '../support/exact-request.ts'
import { startTestHouse, type TestHouse } from '../support/gateway.ts'
import { alexaCredentials, link, refresh } from '../support/linking.ts'
import { issueToken } from '../support/tokens.ts'

async function openWebSocket(t: ExecutionContext, house: TestHouse, token?: string): Promise<WebSocket> {
  const headers = { authorization: `Bearer ${token ?? (await issueToken(house))}` }
  const socket = new WebSocket(`wss://localhost:${house.port}/ws`, { ca: house.ca, headers })
  t.teardown(() => socket.terminate())
  socket.on('error', () => {})
  await once(socket, 'message')
  return socket
}

test('a WebSocket ends when its user is removed by another process, and the upstream gets its connection back', async (t) => {
  const house = await startTestHouse(t)
  const socket = await openWebSocket(t, house)
  const closed = once(socket, 'close')
  const other = await openKeyvStore(join(house.folder, 'data', 'skillgate.db'), house.now)
  await removeUser(other, 'ada')
  await other.close()
  await closed
  await house.music.until(() => house.music.openWebSockets === 0)
  t.is(socket.readyState, WebSocket.CLOSED)
})

test('a WebSocket outlives the hour of its token, and ends with its grant', async (t) => {
  const house = await startTestHouse(t)
  const socket = await openWebSocket(t, house)
  house.advance(3600_000)
  await untilLookedAt(house)
  t.is(socket.readyState, WebSocket.OPEN)
  const closed = once(socket, 'close')
  const other = await openKeyvStore(join(house.folder, 'data', 'skillgate.db'), house.now)
  const { entries } = await other.list('grant', '', undefined, 10)
  for (const { id } of entries) await other.delete('grant', id)
  await other.close()
  await closed
  t.is(socket.readyState, WebSocket.CLOSED)
})

test('a WebSocket ends when its client revokes the access token that opened it, another one of the grant goes on', async (t) => {
  const house = await startTestHouse(t)
  const { access, refresh: token } = await link(house, { scope: 'music.control' })
  const { json } = await refresh(house, token)
  const [revoked, other] = await Promise.all(
    [access, String(json.access_token)].map((one) => openWebSocket(t, house, one)),
  )
  const closed = once(revoked!, 'close')
  const { client_id, client_secret } = alexaCredentials(house)
  const answer = await exactRequest(house, {
    method: 'POST',
    path: '/alexa/revoke',
    headers: FORM,
    body: new URLSearchParams({ token: access, client_id, client_secret }).toString(),
  })
  t.is(answer.status, 200)
  await closed
  await house.music.until(() => house.music.openWebSockets === 1)
  await untilLookedAt(house)
  t.is(other!.readyState, WebSocket.OPEN)
})

/** Has the gateway look at what is open, twice: with the second look the first one is over. */
async function untilLookedAt(house: TestHouse): Promise<void> {
  const { store } = house.prepared
  const other = await openKeyvStore(join(house.folder, 'data', 'skillgate.db'), house.now)
  const get = store.get
  let looked = Promise.withResolvers<void>()
  store.get = async (kind, id) => {
    if (kind === 'grant') looked.resolve()
    return get(kind, id)
  }
  for (let i = 0; i < 2; i++) {
    looked = Promise.withResolvers()
    // Whatever another process writes may have been a revocation.
    await other.put('failures', 'nobody', { revision: 1, at: [] }, house.now() + 1000)
    await looked.promise
  }
  store.get = get
  await other.close()
}
