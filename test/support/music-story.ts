import type { ExecutionContext } from 'ava'
import { request } from 'undici'
import { Browser } from './browser.ts'
import type { EchoHouse } from './built-in-skill.ts'
import { exchange } from './linking.ts'
import { signInAs } from './music-accounts.ts'
import { openMusicClient } from './music-client.ts'

export interface LinkedPerson {
  access: string
  refresh: string
}

/** A phone signs in with this Music Assistant account, consents, and Alexa redeems the code. */
export async function linkAs(house: EchoHouse, username: string): Promise<LinkedPerson> {
  const { browser, page } = await signInAs(house, username)
  // An administrator is asked once more.
  const { status, location, text } = page.status === 200 ? await browser.submit(page, {}) : page
  if (status !== 303) throw new Error(`linking was answered ${status}: ${text}`)
  const { json } = await exchange(house, new URL(location).searchParams.get('code'))
  return { access: String(json.access_token), refresh: String(json.refresh_token) }
}

/** How something comes to be played. Each is told the number of a track, and answers with what came of it. */
export const WAYS = {
  async api(_t, house, token, track) {
    const { statusCode, body } = await request(`https://localhost:${house.port}/api`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ command: 'player_queues/play_media', args: playing(track) }),
      dispatcher: new Browser(house).dispatcher,
    })
    await body.dump()
    return statusCode === 200 ? 'played' : String(statusCode)
  },
  async ws(t, house, token, track) {
    const client = await openMusicClient(t, house).catch((error: Error) => error)
    // Where the upgrade itself is refused: `Unexpected server response: 502`.
    if (client instanceof Error) return client.message.slice(-3)
    await client.next()
    const signedIn = await client.ask('auth', { token })
    const answer = signedIn.error_code ? signedIn : await client.ask('player_queues/play_media', playing(track))
    client.socket.close()
    return answer.error_code === undefined ? 'played' : String(answer.error_code)
  },
  async skill(_t, house, token, track) {
    const slots = { track: `no ${track}`, player: 'kitchen' }
    const { speech } = await house.say({ token, intent: 'PlayTrackIntent', slots, attributes: {} })
    return /^Playing /.test(speech) ? 'played' : speech
  },
} satisfies Record<string, (t: ExecutionContext, house: EchoHouse, token: string, track: number) => Promise<string>>

export type WayToPlay = keyof typeof WAYS
export const WAY_NAMES = Object.keys(WAYS) as WayToPlay[]

function playing(track: number) {
  return { queue_id: 'echo-kitchen', media: `library://track/${track}` }
}

/** Plays a track in each way. @returns what came of each, and in whose name the stand-in has played. */
export async function playInEachWay(t: ExecutionContext, house: EchoHouse, token: string) {
  const outcomes: Record<string, string> = {}
  const players = new Set<string | undefined>()
  for (const [i, way] of WAY_NAMES.entries()) {
    house.music.clearRequests()
    outcomes[way] = await WAYS[way](t, house, token, 101 + i)
    for (const { command, user } of house.music.calls) if (command === 'player_queues/play_media') players.add(user)
  }
  return { outcomes, players: [...players], title: house.music.players[0]?.current_media?.title }
}

export const ALL_PLAYED = { api: 'played', ws: 'played', skill: 'played' }
