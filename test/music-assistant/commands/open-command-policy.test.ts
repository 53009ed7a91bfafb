import test from 'ava'
import fc from 'fast-check'
import { COMMAND_TABLE } from '../../../src/music-assistant/commands/command-table.ts'
import { type CommandSettings, openCommandPolicy } from '../../../src/music-assistant/commands/open-command-policy.ts'

const STANDARD: CommandSettings = { allow: {}, refuse: [], library_write: false, urls: false }
const ANNA = { id: 'u1', name: 'anna', displayName: 'Anna' }

function judge(settings: Partial<CommandSettings> = {}) {
  const { allow } = openCommandPolicy({ ...STANDARD, ...settings })
  const account = { userId: 'ma-1', name: 'Anna' }
  return (command: string, scopes: string, args?: Record<string, unknown>) =>
    allow({ command, args }, { identity: { user: ANNA, scopes: scopes.split(' '), by: 'bearer' }, account })?.reason ??
    'passes'
}

const EVERYTHING = 'music.read music.control user:read'

test('music.read reads library, players and queues, and does nothing else', (t) => {
  const judged = judge()
  for (const command of ['music/search', 'players/all', 'player_queues/items', 'providers/manifests', 'info', 'time'])
    t.is(judged(command, 'music.read'), 'passes', command)
  for (const command of ['players/cmd/play', 'player_queues/play_media', 'auth/me'])
    t.is(judged(command, 'music.read'), 'scope-missing', command)
})

test('music.control controls, and sees what it controls', (t) => {
  const judged = judge()
  for (const command of ['players/cmd/volume_set', 'player_queues/next', 'players/all', 'music/search'])
    t.is(judged(command, 'music.control'), 'passes', command)
  t.is(judged('auth/me', 'music.control'), 'scope-missing')
  t.is(judged('auth/me', 'user:read'), 'passes')
  t.is(judged('players/all', 'user:read'), 'scope-missing')
})

test('the library is written only where its switch is on', (t) => {
  for (const command of ['music/favorites/add_item', 'music/mark_played', 'player_queues/save_as_playlist']) {
    t.is(judge()(command, EVERYTHING), 'not-permitted', command)
    t.is(judge({ library_write: true })(command, 'music.control'), 'passes', command)
    t.is(judge({ library_write: true })(command, 'music.read'), 'scope-missing', command)
  }
  t.is(judge({ library_write: true })('music/albums/remove', EVERYTHING), 'not-permitted', 'that is managing it')
})

test('whatever else the table knows is refused, and what it does not know is unknown', (t) => {
  const judged = judge()
  const refused = [...COMMAND_TABLE].filter(([, verdict]) => verdict === 'refused').map(([name]) => name)
  t.true(refused.length > 150)
  for (const command of refused) t.is(judged(command, EVERYTHING), 'not-permitted', command)
  const spelt = ['players/All', ' players/all', 'players/all\0', 'players//all', 'players/all/', 'players%2Fall', '']
  for (const command of [...spelt, 'constructor', '__proto__', 'music/anything_new', 'players／all'])
    t.is(judged(command, EVERYTHING), 'unknown-command', JSON.stringify(command))
})

test('the most exact of what the configuration allows says which scope a command takes', (t) => {
  const judged = judge({ allow: { 'music/*': 'library', 'music/albums/*': 'albums', 'players/all': 'players' } })
  t.is(judged('music/search', 'library'), 'passes')
  t.is(judged('music/search', EVERYTHING), 'scope-missing', 'in place of the scope of the table')
  t.is(judged('music/albums/get', 'albums'), 'passes')
  t.is(judged('music/albums/get', 'library'), 'scope-missing')
  t.is(judged('players/all', 'players'), 'passes')
  t.is(judged('players/get', 'music.read'), 'passes')
  t.is(judged('music/anything_new', 'library'), 'passes', 'a newer server has it')
})

test('a wildcard allows nothing that the table refuses, and no switch', (t) => {
  const judged = judge({ allow: { 'music/*': 'library', 'auth/*': 'library', 'config/*': 'library' } })
  for (const command of ['music/albums/remove', 'music/sync', 'music/mark_played', 'config/core', 'auth/users'])
    t.is(judged(command, 'library'), 'not-permitted', command)
  const named = judge({ allow: { 'music/sync': 'library', 'party/skip': 'library', 'music/mark_played': 'library' } })
  for (const command of ['music/sync', 'party/skip', 'music/mark_played']) t.is(named(command, 'library'), 'passes')
})

test('what is refused by the configuration is refused whatever it allows', (t) => {
  const judged = judge({ allow: { 'players/*': 'music.read' }, refuse: ['players/cmd/power', 'player_queues/*'] })
  t.is(judged('players/cmd/power', EVERYTHING), 'not-permitted')
  t.is(judged('players/cmd/play', 'music.read'), 'passes')
  t.is(judged('player_queues/play_media', EVERYTHING), 'not-permitted')
  t.is(judged('player_queues/all', EVERYTHING), 'not-permitted')
})

test('rule 4: only auth/me passes of auth/*, however it is allowed', (t) => {
  const all = [...COMMAND_TABLE.keys()].filter((name) => /^auth($|\/)/.test(name) && name !== 'auth/me')
  const allow = Object.fromEntries([...all, 'auth/*', 'auth/token/*', 'auth/new'].map((name) => [name, 'music.read']))
  const judged = judge({ allow })
  for (const command of [...all, 'auth/new', 'auth/token/new']) {
    if (['auth/roles', 'auth/scopes'].includes(command)) continue
    t.is(judged(command, EVERYTHING), 'not-permitted', command)
    t.not(judge()(command, EVERYTHING), 'passes', command)
  }
  t.is(judged('auth/roles', 'music.read'), 'passes', 'rule 9: it only tells what the role holds, where it is named')
  t.is(judged('auth/me', 'music.read'), 'passes')
})

test('rule 1: the arguments user and username name nobody else', (t) => {
  const judged = judge({ urls: true })
  for (const key of ['user', 'username', 'User', 'USERNAME ']) {
    for (const value of ['admin', 'ma-2', 7, true, { provider: 'builtin', user_id: 'admin' }, ['admin'], '\0'])
      t.is(judged('music/search', EVERYTHING, { search_query: 'x', [key]: value }), 'not-permitted', `${key} ${value}`)
    for (const value of ['', null, undefined, 'ma-1', ' ANNA'])
      t.is(judged('music/search', EVERYTHING, { search_query: 'x', [key]: value }), 'passes', `${key} ${value}`)
  }
})

test("rule 2: userid and all_users reach nobody else's history", (t) => {
  const judged = judge({ library_write: true })
  const read = (args: object) => judged('music/recently_played_items', 'music.read', { ...args })
  t.is(read({ userid: 'ma-2' }), 'not-permitted')
  t.is(read({ userid: 'ma-1' }), 'passes')
  t.is(read({ userid: null }), 'passes')
  t.is(judged('music/in_progress_items', 'music.read', { all_users: true }), 'not-permitted')
  t.is(judged('music/in_progress_items', 'music.read', { all_users: 1 }), 'not-permitted')
  t.is(judged('music/in_progress_items', 'music.read', { all_users: false }), 'passes')
  t.is(judged('music/mark_played', 'music.control', { userid: 'ma-2' }), 'not-permitted')
})

test('rule 3: URLs are not played, looked up, searched or announced, wherever they stand', (t) => {
  const url = 'http://127.0.0.1:8097/command/q/next.mp3'
  const judged = judge({ library_write: true })
  const cases: [string, Record<string, unknown>][] = [
    ['player_queues/play_media', { media: url }],
    ['player_queues/play_media', { media: [['library://track/1', url]] }],
    ['player_queues/play_media', { media: { uri: url } }],
    ['player_queues/play_media', { media: { provider: 'builtin', item_id: '/etc/passwd', name: 'x' } }],
    ['player_queues/play_media', { media: { metadata: { images: [{ path: url }] } } }],
    ['player_queues/play_media', { media: '/media/other/people.mp3' }],
    ['player_queues/play_media', { media: '../people.mp3' }],
    ['player_queues/play_media', { media: 'library://track/1', start_item: url }],
    ['music/item', { media_type: 'track', item_id: url, provider_instance_id_or_domain: 'builtin' }],
    ['music/item', { media_type: 'track', item_id: '/x.mp3', provider_instance_id_or_domain: ' builtin' }],
    ['music/item_by_uri', { uri: `builtin://radio/${url}` }],
    ['music/search', { search_query: url }],
    ['music/library/add_item', { item: url }],
    ['music/browse', { path: 'filesystem_local://../../etc' }],
    ['players/cmd/play_announcement', { url }],
    ['players/cmd/play_announcement', { url: 'library://track/1' }],
    ['players/cmd/play_announcement', { text: 'hello', pre_announce_url: url }],
    ['players/cmd/play_announcement', { text: 'hello', url: '', pre_announce_url: 'media-source://x' }],
  ]
  for (const [command, args] of cases) {
    t.is(judged(command, 'music.control', args), 'not-permitted', JSON.stringify(args))
    t.is(judge({ library_write: true, urls: true })(command, 'music.control', args), 'passes', 'if it is said so')
  }
  for (const media of ['library://track/1', 'spotify--x1://album/4aawyAB9vmqN3uQ7FjRGTy', ['library://radio/1']])
    t.is(judged('player_queues/play_media', 'music.control', { media, start_item: '12' }), 'passes', String(media))
  t.is(judged('players/cmd/play_announcement', 'music.control', { text: 'Dinner: now!', url: '' }), 'passes')
  t.is(judged('music/search', 'music.read', { search_query: 'AC/DC: data 100% live' }), 'passes')
})

test('what would take long to look through is refused, and plain words are not', (t) => {
  const judged = judge()
  const uris = Array.from({ length: 1500 }, (_, i) => `filesystem_smb--Ab12Cd34://track/Band/Album/${i} - Track.mp3`)
  t.is(judged('player_queues/play_media', 'music.control', { media: uris }), 'passes')
  t.is(judged('player_queues/play_media', 'music.control', { media: 'y'.repeat(10_000_000) }), 'passes')
  const long = Array.from({ length: 300 }, () => '%2541'.repeat(1000))
  t.is(judged('player_queues/play_media', 'music.control', { name: long }), 'not-permitted')
})

test('an address is found under any key, however deep it is', (t) => {
  const judged = judge()
  const address = fc.constantFrom(
    'http://127.0.0.1:8097/x',
    'RTSP://camera/',
    'builtin://radio/https://x/',
    '//nas/share',
  )
  const buried = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 6 }, address, tie('list'), tie('map')),
    list: fc
      .tuple(fc.array(fc.jsonValue({ maxDepth: 1 }), { maxLength: 3 }), tie('value'))
      .map(([many, one]) => [...many, one]),
    map: fc
      .tuple(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 }), fc.string(), tie('value'))
      .map(([map, key, value]) => ({ ...map, [`_${key}`]: value })),
  })).value
  fc.assert(
    fc.property(fc.string(), buried, (key, value) => {
      t.is(judged('player_queues/play_media', 'music.control', { [`_${key}`]: value }), 'not-permitted')
    }),
  )
})

test('whatever the arguments are, there is an answer', (t) => {
  const judged = judge()
  fc.assert(
    fc.property(
      fc.constantFrom(...COMMAND_TABLE.keys()),
      fc.dictionary(fc.string(), fc.jsonValue()),
      (command, args) => {
        t.notThrows(() => judged(command, EVERYTHING, args))
      },
    ),
  )
})
