import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import test from 'ava'
import { type EchoHouse, startEchoHouse } from '../support/built-in-skill.ts'
import { useAccounts } from '../support/music-accounts.ts'
import { linkAs } from '../support/music-story.ts'
import { pythonWith } from './python-package.ts'

const SCRIPT = fileURLToPath(new URL('music-assistant-client.py', import.meta.url))
/** To make an environment for it, and to start it five times. */
const TIMEOUT_MS = 300_000

test("Music Assistant's own client, unpatched, becomes ready with our access token as its token, and plays", async (t) => {
  t.timeout(TIMEOUT_MS)
  const python = await pythonWith(t, { requirements: 'music-assistant-client.txt', minor: 13 })
  if (python === undefined) return
  const say = async (house: EchoHouse, token: string) => {
    const settings = {
      url: `https://localhost:${house.port}`,
      ca: join(house.folder, 'certs', 'local-ca.pem'),
      token,
      queue: house.music.players[0]!.player_id,
      media: 'library://track/1',
    }
    const { stdout } = await promisify(execFile)(python, ['-B', SCRIPT, JSON.stringify(settings)])
    return JSON.parse(stdout)
  }

  for (const schema of [29, 77] as const) {
    const house = await startEchoHouse(t, useAccounts, { schema })
    for (const person of ['anna', 'admin']) {
      const { access } = await linkAs(house, person)
      house.music.clearRequests()
      const said = await say(house, access)
      t.like(said, { knows: { providers: 2, players: 3, queues: 3 }, heard: 'queue_updated', tracks: 500 })
      t.is(house.music.players[0]!.playback_state, 'playing')
      const played = house.music.calls.filter(({ command }) => command === 'player_queues/play_media')
      t.deepEqual(
        played.map(({ user }) => user),
        [person],
      )
      t.false(house.music.requests.some(({ messages }) => messages.join().includes(access)))
    }
    if (schema === 77) t.like(await say(house, 'w'.repeat(43)), { failed: 'AuthenticationFailed' })
  }
})
