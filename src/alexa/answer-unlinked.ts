import { type Answer, jsonAnswer } from '../http/answer.ts'
import { languageOf } from '../pages/language.ts'
import { wordsFor } from '../pages/words/words-for.ts'
import type { SkillEnvelope } from './read-envelope.ts'

/** Requests to whose answer Amazon allows no speech and no card, or takes it for an error. */
const SPEECHLESS = /^(?:SessionEndedRequest$|AudioPlayer\.|PlaybackController\.|System\.)/

/**
 * Alexa says that the account has to be linked, and puts a card into the app that begins it. An event, and what tells that
 * a session or a track is over, is only taken note of: nobody hears an answer to it.
 */
export function answerUnlinked({
  kind,
  type,
  locale,
  token,
}: Pick<SkillEnvelope, 'kind' | 'type' | 'locale' | 'token'>): Answer {
  const detail = `account_not_linked: ${token === undefined ? 'no access token came' : 'the access token is not good here'}`
  if (kind === 'event' || SPEECHLESS.test(type)) return { ...jsonAnswer(200, { version: '1.0', response: {} }), detail }
  const text = wordsFor(languageOf(locale)).linkAccount
  const response = {
    outputSpeech: { type: 'PlainText', text },
    card: { type: 'LinkAccount' },
    shouldEndSession: true,
  }
  return { ...jsonAnswer(200, { version: '1.0', response }), detail }
}
