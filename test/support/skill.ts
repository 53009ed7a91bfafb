import { type Answered, answerSkillRequest } from '../../src/alexa/skill/answer-skill-request.ts'
import type { CallMusicAssistant, MusicOutcome } from '../../src/alexa/skill/call-music-assistant.ts'
import type { EchoPlayers } from '../../src/alexa/skill/echo-players.ts'
import { readSkillRequest } from '../../src/alexa/skill/skill-request.ts'
import type { Identity } from '../../src/http/identity.ts'
import type { Command } from '../../src/music-assistant/command.ts'

export const SKILL_ID = 'amzn1.ask.skill.0000aaaa-1111-2222-3333-444455556666'
export const ECHO = 'amzn1.ask.device.KITCHEN'

export const ADA: Identity = {
  user: { id: 'u1', name: 'ada', displayName: 'Ada Lovelace' },
  client: 'amazon-alexa',
  grant: 'u1.g1',
  scopes: ['music.read', 'music.control'],
  by: 'alexa-skill',
}

export interface Said {
  /** What Alexa understood; a LaunchRequest if absent. */
  intent?: string
  slots?: Record<string, string>
  type?: string
  locale?: string
  device?: string | null
  attributes?: unknown
  token?: string
  now?: number
}

/** What Alexa posts. */
export function envelope(said: Said = {}) {
  const { intent, slots = {}, locale = 'en-GB', device = ECHO, attributes = {}, token, now = 0 } = said
  const user = { userId: 'amzn1.ask.account.X', ...(token !== undefined && { accessToken: token }) }
  const application = { applicationId: SKILL_ID }
  const type = said.type ?? (intent === undefined ? 'LaunchRequest' : 'IntentRequest')
  const heard = Object.entries(slots).map(([name, value]) => [name, { name, value, confirmationStatus: 'NONE' }])
  return {
    version: '1.0',
    session: { new: true, sessionId: 's', application, user, attributes },
    context: {
      System: { application, user, ...(device && { device: { deviceId: device, supportedInterfaces: {} } }) },
    },
    request: {
      type,
      requestId: 'r',
      timestamp: new Date(now).toISOString(),
      locale,
      ...(intent && { intent: { name: intent, confirmationStatus: 'NONE', slots: Object.fromEntries(heard) } }),
    },
  }
}

const player = (player_id: string, name: string, playback_state = 'idle') => ({
  player_id,
  name,
  playback_state,
  available: true,
})

export const PLAYERS = [
  player('echo-kitchen', 'Kitchen Echo', 'playing'),
  player('echo-bureau', 'Büro Echo', 'paused'),
  player('living-room', 'Living Room'),
]

const item = (type: string, id: string, name: string, artist?: string) => ({
  uri: `library://${type}/${id}`,
  name,
  media_type: type,
  provider: 'library',
  is_playable: true,
  ...(artist && { artists: [{ name: artist }] }),
})

/** A music library of a few, and a server that answers as Music Assistant does. */
export const ANSWERS: Record<string, unknown> = {
  'players/all': PLAYERS,
  'music/search': {
    artists: [item('artist', '1', 'Queen')],
    albums: [item('album', '2', 'Abbey Road', 'The Beatles'), item('album', '3', 'Abbey Road', 'Somebody Else')],
    tracks: [item('track', '4', 'Help!', 'The Beatles')],
    playlists: [item('playlist', '5', 'Breakfast')],
    radio: [item('radio', '6', 'BBC Radio 4')],
  },
  'player_queues/get_active_queue': {
    queue_id: 'the-queue',
    items: 12,
    current_item: { name: 'The Beatles - Help!', media_item: { name: 'Help!', artists: [{ name: 'The Beatles' }] } },
  },
}

export interface Conversation {
  /** What somebody says, and what Alexa says. The session goes on where the skill asked something. */
  say: (said?: Said) => Promise<Answered>
  calls: Command[]
  /** What was called beyond looking. */
  done: () => Command[]
  /** By user and Echo. */
  remembered: Map<string, string>
}

export interface Circumstances {
  /** Null for somebody who has linked nothing. */
  identity?: Identity | null
  answers?: Record<string, unknown>
  /** Instead of an answer. */
  outcome?: (command: Command) => MusicOutcome | undefined
  players?: Record<string, string>
  locale?: string
}

export function converse(circumstances: Circumstances = {}): Conversation {
  const { identity = ADA, answers = {}, outcome = () => undefined, players = {}, locale } = circumstances
  const calls: Command[] = []
  const remembered = new Map<string, string>()
  const echoes: EchoPlayers = {
    find: async (userId, deviceId) => remembered.get(`${userId} ${deviceId}`),
    remember: async (userId, deviceId, id) => void remembered.set(`${userId} ${deviceId}`, id),
  }
  const callMusicAssistant: CallMusicAssistant = async (command) => {
    calls.push(command)
    return outcome(command) ?? { kind: 'result', value: { ...ANSWERS, ...answers }[command.command] ?? null }
  }
  let attributes: unknown = {}
  return {
    async say(said = {}) {
      const request = readSkillRequest(JSON.parse(JSON.stringify(envelope({ attributes, locale, ...said }))))
      if (!request) throw new Error('no request')
      const answered = await answerSkillRequest(request, {
        identity: identity ?? undefined,
        callMusicAssistant,
        echoes,
        players,
      })
      const { sessionAttributes, response } = answered.answer
      attributes = response.shouldEndSession ? {} : (sessionAttributes ?? {})
      return answered
    },
    calls,
    done: () => calls.filter(({ command }) => !LOOKING.includes(command)),
    remembered,
  }
}

const LOOKING = ['players/all', 'music/search', 'player_queues/get_active_queue']

/** What Alexa says. */
export function speechOf({ answer }: Answered): string {
  return answer.response.outputSpeech?.text ?? ''
}
