import test from 'ava'
import { api, ask, open, player, start } from '../support/stand-in.ts'

test('what is played is what the queue has next, and everybody is told', async (t) => {
  const music = await start(t)
  const token = music.createToken('anna')
  const { next } = await open(t, music, token)
  const found = JSON.parse((await api(music, token, 'music/search', { search_query: 'harbour', limit: 2 })).text)
  t.deepEqual(Object.keys(found), [
    'artists',
    'albums',
    'genres',
    'tracks',
    'playlists',
    'radio',
    'audiobooks',
    'podcasts',
  ])
  const [album] = found.albums
  await api(music, token, 'player_queues/play_media', { queue_id: player, media: album.uri })
  const queue = async () => JSON.parse((await api(music, token, 'player_queues/get', { queue_id: player })).text)
  const { current_item, items, state } = await queue()
  t.deepEqual([items, state], [10, 'playing'])
  const { name, artists, uri } = current_item.media_item
  t.is(current_item.name, `${artists[0].name} - ${name}`)
  t.like(music.players[0], { playback_state: 'playing', current_media: { uri, title: name } })
  t.like(await next(), { event: 'player_updated', object_id: player })
  t.like(await next(), { event: 'queue_updated', data: { current_item } })

  await api(music, token, 'player_queues/next', { queue_id: player })
  await api(music, token, 'player_queues/shuffle', { queue_id: player, shuffle_enabled: true })
  await api(music, token, 'player_queues/pause', { queue_id: player })
  t.like(await queue(), { current_index: 1, shuffle_enabled: true, state: 'paused' })
  await api(music, token, 'player_queues/resume', { queue_id: player })
  await api(music, token, 'player_queues/previous', { queue_id: player })
  t.like(await queue(), { current_index: 0, state: 'playing', current_item: { media_item: { uri } } })
  await api(music, token, 'player_queues/play_media', { queue_id: player, media: ['library://radio/1'], option: 'add' })
  t.like(await queue(), { items: 11, current_item: { media_item: { uri } } })
  t.is(JSON.parse((await api(music, token, 'player_queues/items', { queue_id: player, limit: 3 })).text).length, 3)
  await api(music, token, 'players/cmd/volume_up', { player_id: player })
  t.like(JSON.parse((await api(music, token, 'players/get_by_name', { name: 'Kitchen Echo' })).text), {
    volume_level: 40,
  })
})

test('an address instead of a URI would be fetched', async (t) => {
  const music = await start(t)
  const token = music.createToken('anna')
  const url = (n: number) => `http://127.0.0.1:8097/command/${n}/next.mp3`
  await api(music, token, 'player_queues/play_media', { queue_id: player, media: url(1) })
  await api(music, token, 'player_queues/play_media', {
    queue_id: player,
    media: [{ uri: url(2) }, 'library://track/1'],
  })
  await api(music, token, 'music/item_by_uri', { uri: url(3) })
  await api(music, token, 'music/library/add_item', { item: `builtin://radio/${url(4)}` })
  await api(music, token, 'players/cmd/play_announcement', { player_id: player, url: url(6), pre_announce_url: url(5) })
  t.deepEqual(music.fetched, [1, 2, 3, 4, 5, 6].map(url))
  music.clearRequests()
  t.deepEqual([music.fetched.length, music.calls.length], [0, 0])
})

test('pictures are fetched from any address at schema 29, and have opaque names at 77', async (t) => {
  const path = `/imageproxy?path=${encodeURIComponent('http://127.0.0.1:8097/command/q/next.mp3')}`
  const old = await start(t, { schema: 29 })
  t.is((await ask(old, path)).status, 200)
  t.deepEqual(old.fetched, ['http://127.0.0.1:8097/command/q/next.mp3'])
  t.is((await ask(old, '/imageproxy/abc')).status, 404)
  const music = await start(t)
  t.is((await ask(music, path)).status, 404)
  t.is((await ask(music, '/imageproxy/abc?size=80')).status, 200)
  t.deepEqual(music.fetched, [])
})

test('it tells which commands it has, as each version does', async (t) => {
  const music = await start(t, { moreCommands: ['cast/everything'] })
  const list = async () => JSON.parse((await ask(music, '/api-docs/commands.json')).text)
  const find = async (name: string) => (await list()).find(({ command }: { command: string }) => command === name)
  t.like(await find('auth/users'), { authenticated: true, required_scope: 'users.manage' })
  t.like(await find('time'), { authenticated: false, required_scope: null })
  t.like(await find('cast/everything'), { authenticated: true })
  t.is((await api(music, music.createToken('anna'), 'cast/everything')).text, 'null')
  music.update({ schema: 29, moreCommands: [] })
  t.like(await find('auth/users'), { required_role: 'admin' })
  t.is(await find('time'), undefined)
  t.is(await find('cast/everything'), undefined)
  t.is(JSON.parse((await ask(music, '/info')).text).schema_version, 29)
})
