import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import test from 'ava'
import { startTestHouse } from '../support/gateway.ts'
import { asMusicAssistant } from '../support/music-client.ts'
import { issueToken } from '../support/tokens.ts'
import { pythonWith } from './python-package.ts'

const SCRIPT = fileURLToPath(new URL('music-assistant-client.py', import.meta.url))

test("Music Assistant's own client, unpatched, connects with our access token as its token, and plays", async (t) => {
  t.timeout(180_000)
  const python = await pythonWith(t, { requirements: 'music-assistant-client.txt', minor: 13 })
  if (python === undefined) return
  const house = await startTestHouse(t, asMusicAssistant)
  const queue = house.music.players[0]!.player_id
  const say = async (token: string) => {
    const settings = {
      url: `https://localhost:${house.port}`,
      ca: join(house.folder, 'certs', 'local-ca.pem'),
      token,
      queue,
      media: 'library://track/1',
    }
    const { stdout } = await promisify(execFile)(python, ['-B', SCRIPT, JSON.stringify(settings)])
    return JSON.parse(stdout)
  }
  const token = await issueToken(house)
  const said = await say(token)
  t.like(said, { heard: 'queue_updated', tracks: 500 })
  t.is(house.music.players[0]!.playback_state, 'playing')
  t.deepEqual(house.music.lastRequest!.header('x-remote-user-name'), ['ada'])
  t.false(house.music.requests.some(({ messages }) => messages.join().includes(token)))

  const wrong = await say('w'.repeat(43))
  t.like(wrong, { failed: 'AuthenticationFailed' })
})
