import { type Answer, jsonAnswer } from '../http/answer.ts'
import { languageOf } from '../pages/language.ts'
import { wordsFor } from '../pages/words/words-for.ts'
import type { SkillEnvelope } from './read-envelope.ts'

/**
 * Alexa says that the account has to be linked, and puts a card into the app that begins it. An event is only taken note
 * of: an answer to it has nowhere to go.
 */
export function answerUnlinked({ kind, locale, token }: Pick<SkillEnvelope, 'kind' | 'locale' | 'token'>): Answer {
  const detail = `account_not_linked: ${token === undefined ? 'no access token came' : 'the access token is not good here'}`
  if (kind === 'event') return { ...jsonAnswer(200, { version: '1.0', response: {} }), detail }
  const text = wordsFor(languageOf(locale)).linkAccount
  const response = {
    outputSpeech: { type: 'PlainText', text },
    card: { type: 'LinkAccount' },
    shouldEndSession: true,
  }
  return { ...jsonAnswer(200, { version: '1.0', response }), detail }
}
