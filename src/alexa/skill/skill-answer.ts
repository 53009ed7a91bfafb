import { speech } from './plain-text.ts'
import type { Pending } from './skill-request.ts'

/** What an intent comes to. */
export interface Reply {
  says: string
  /** Said again where nobody answers; with it the session stays open. */
  question?: string
  /** Kept until the answer comes. */
  pending?: Pending
  /** `link` sends the card to link the account with; `text` has what is said on a screen. */
  card?: 'link' | 'text'
}

interface PlainText {
  type: 'PlainText'
  text: string
}

/** The body of an answer to Alexa. @see test/alexa/skill, which holds it against the types of ask-sdk-model. */
export interface SkillAnswer {
  version: '1.0'
  sessionAttributes?: { pending?: Pending }
  response: {
    outputSpeech?: PlainText
    reprompt?: { outputSpeech: PlainText }
    card?: { type: 'LinkAccount' } | { type: 'Simple'; title: string; content: string }
    shouldEndSession?: boolean
  }
}

/** For requests that nobody hears an answer to, such as SessionEndedRequest: those may have no speech. */
export const SILENCE: SkillAnswer = { version: '1.0', response: {} }

export function skillAnswer({ says, question, pending, card }: Reply, title: string): SkillAnswer {
  const text = speech(says)
  return {
    version: '1.0',
    ...(pending && { sessionAttributes: { pending } }),
    response: {
      outputSpeech: { type: 'PlainText', text },
      ...(question !== undefined && { reprompt: { outputSpeech: { type: 'PlainText', text: speech(question) } } }),
      ...(card === 'link' && { card: { type: 'LinkAccount' } }),
      ...(card === 'text' && { card: { type: 'Simple', title, content: text } }),
      shouldEndSession: question === undefined,
    },
  }
}
