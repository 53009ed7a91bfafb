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
  // Long enough for its grant to be looked at: the gateway does so every second.
  const looks = watchLooks(house)
  await looks(2)
  t.is(socket.readyState, WebSocket.OPEN)
  const closed = once(socket, 'close')
  const { entries } = await house.prepared.store.list('grant', '', undefined, 10)
  for (const { id } of entries) await house.prepared.store.delete('grant', id)
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
  const looks = watchLooks(house)
  await looks(2)
  t.is(other!.readyState, WebSocket.OPEN)
})

/** Counts how often the gateway looks for a grant. */
function watchLooks(house: TestHouse) {
  const { store } = house.prepared
  const get = store.get
  let seen = 0
  let changed = Promise.withResolvers<void>()
  store.get = async (kind, id) => {
    if (kind === 'grant') {
      seen++
      changed.resolve()
      changed = Promise.withResolvers()
    }
    return get(kind, id)
  }
  return async (times: number) => {
    while (seen < times) await changed.promise
  }
}
