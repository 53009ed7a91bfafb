import type { Identity } from '../../http/identity.ts'
import type { CallMusicAssistant } from './call-music-assistant.ts'
import type { EchoPlayers } from './echo-players.ts'
import { findIntent } from './intents/intents.ts'
import { fallback } from './intents/talk.ts'
import { musicOf, type Player } from './music.ts'
import { spokenName } from './plain-text.ts'
import { type Reply, SILENCE, type SkillAnswer, skillAnswer } from './skill-answer.ts'
import type { SkillRequest } from './skill-request.ts'
import { Trouble } from './trouble.ts'
import { skillWords, type Words } from './words/words-for.ts'

export interface SkillTools {
  /** Whoever linked the Echo's account; undefined where there is none, or where the link is over. */
  identity: Identity | undefined
  callMusicAssistant: CallMusicAssistant
  echoes: EchoPlayers
  /** Names or ids of players by ids of Echos, as configured. */
  players: Readonly<Record<string, string>>
}

export interface Answered {
  answer: SkillAnswer
  /** For the log: why it came to nothing, where it did. */
  trouble?: Trouble
}

/** From what somebody said to what Alexa says. @throws what is no trouble of the skill's, such as StorageError. */
export async function answerSkillRequest(request: SkillRequest, tools: SkillTools): Promise<Answered> {
  const words = skillWords(request.language)
  if (request.type !== 'LaunchRequest' && request.type !== 'IntentRequest') return { answer: SILENCE }
  try {
    return { answer: skillAnswer(await replyTo(request, tools, words), words.title) }
  } catch (error) {
    if (!(error instanceof Trouble)) throw error
    return { answer: troubleAnswer(error, words), trouble: error }
  }
}

/** What is missing, in words; with the card to link again where that helps. */
export function troubleAnswer({ reason, about }: Trouble, words: Words): SkillAnswer {
  return skillAnswer({ says: words.trouble[reason](spokenName(about)), card: LINK_AGAIN[reason] }, words.title)
}

const LINK_AGAIN: { [reason in Trouble['reason']]?: 'link' } = {
  'not-linked': 'link',
  'may-not-play': 'link',
  'may-not-look': 'link',
  'signed-out': 'link',
}

async function replyTo(request: SkillRequest, tools: SkillTools, words: Words): Promise<Reply> {
  const { identity, callMusicAssistant, echoes, players: configured } = tools
  if (!identity) throw new Trouble('not-linked')
  if (request.type === 'LaunchRequest') return { says: words.launch, question: words.example }
  const music = musicOf(callMusicAssistant)
  let players: Promise<Player[]> | undefined
  const intent = findIntent(request.intent) ?? fallback
  return intent({
    request,
    slots: request.slots,
    words,
    userId: identity.user.id,
    music,
    players: () => {
      players ??= music.players()
      return players
    },
    echoes,
    configured,
  })
}
