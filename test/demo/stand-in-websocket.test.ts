import { once } from 'node:events'
import test from 'ava'
import { WebSocket } from 'ws'
import { api, open, player, start } from '../support/stand-in.ts'

test('the WebSocket speaks first, and tells events only after auth', async (t) => {
  const music = await start(t)
  const token = music.createToken('anna')
  const { info, next, say } = await open(t, music)
  t.is(info.schema_version, 77)
  t.false('message_id' in info)
  await api(music, token, 'players/cmd/play', { player_id: player })
  say({ message_id: '1', command: 'auth', args: { token } })
  t.like(await next(), { message_id: '1', result: { authenticated: true, user: { username: 'anna' } }, partial: false })
  t.is(music.requests.find(({ upgrade }) => upgrade)?.user, 'anna')
  await api(music, token, 'players/cmd/volume_set', { player_id: player, volume_level: 9 })
  const event = await next()
  t.like(event, { event: 'player_updated', object_id: player, data: { volume_level: 9 } })
  t.false('message_id' in event)
})

test('the tracks of a playlist come in partial frames of 500 and a last one, other lists in one frame', async (t) => {
  const frames = async (command: string, tracks: number, args: object = {}) => {
    const music = await start(t, { tracks })
    const { next, say } = await open(t, music, music.createToken('anna'))
    say({ message_id: '2', command, args })
    const received: unknown[] = []
    for (;;) {
      const { message_id, result, partial } = await next()
      received.push([message_id, result.length, partial])
      if (!partial) return received
    }
  }
  const playlist = (tracks: number) =>
    frames('music/playlists/playlist_tracks', tracks, { item_id: '1', provider_instance_id_or_domain: 'library' })
  t.deepEqual(await playlist(499), [['2', 499, false]])
  t.deepEqual(await playlist(501), [
    ['2', 500, true],
    ['2', 1, false],
  ])
  t.deepEqual(await playlist(1500), [
    ['2', 500, true],
    ['2', 500, true],
    ['2', 500, true],
    ['2', 0, false],
  ])
  t.deepEqual(await frames('music/tracks/library_items', 2025, { limit: 2025 }), [['2', 2025, false]])
})

test('errors on the WebSocket have a code', async (t) => {
  const music = await start(t)
  const { next, say } = await open(t, music)
  const code = async (command: string, args?: object) => {
    say({ message_id: 'e', command, args })
    const { message_id, error_code, details } = await next()
    t.is(message_id, 'e')
    t.is(typeof details, 'string')
    return error_code
  }
  t.is(await code('nonsense'), 12)
  t.is(await code('players/all'), 20)
  t.is(await code('auth'), 20)
  t.is(await code('auth', { token: 'unknown' }), 23)
  say({ message_id: 'e', command: 'auth', args: { token: music.createToken('anna') } })
  await next()
  t.is(await code('auth/users'), 22)
  t.is(await code('players/cmd/play'), 3)
  t.is(await code('players/cmd/play', { player_id: 'nobody' }), 999)
})

test('malformed JSON closes the WebSocket', async (t) => {
  const music = await start(t)
  const { socket, closed } = await open(t, music)
  socket.send('{"message_id":')
  t.is(await closed, 1000)
})

test('the WebSocket is pinged, and a client that does not answer is dropped', async (t) => {
  const music = await start(t, { pingInterval: 250 })
  const lively = await open(t, music)
  await once(lively.socket, 'ping')
  await once(lively.socket, 'ping')
  const silent = new WebSocket(`${music.url.replace('http', 'ws')}/ws`, { autoPong: false })
  t.is((await once(silent, 'close'))[0], 1006)
  await music.until(() => music.openWebSockets === 1)
})

test('revoking a token drops the live WebSockets of that token alone', async (t) => {
  const music = await start(t)
  const [kept, first, second] = [music.createToken('anna'), music.createToken('anna'), music.createToken('anna')]
  const staying = await open(t, music, kept)
  const [byHandle, byCommand] = [await open(t, music, first), await open(t, music, second)]
  music.revokeToken(first)
  t.is(await byHandle.closed, 1006)
  const tokens = JSON.parse((await api(music, second, 'auth/tokens')).text)
  t.is(tokens.length, 2)
  await api(music, second, 'auth/token/revoke', { token_id: tokens[1].token_id })
  await byCommand.closed
  await music.until(() => music.openWebSockets === 1)
  staying.say({ message_id: '3', command: 'players/all' })
  t.is((await staying.next()).message_id, '3')
})
