import { languageOfLocale } from '../words/words-for.ts'
import { INTENT_MODELS, type IntentModel, PLAYER_TYPE } from './intent-models.ts'

/** The locales that the skill is written for. */
export const LOCALES = ['en-US', 'en-GB', 'en-AU', 'de-DE'] as const
export type Locale = (typeof LOCALES)[number]

/** What people call the skill by: "Alexa, ask music assistant to ..." */
export const INVOCATION_NAME = 'music assistant'

/** A type of our own needs values; these are for whoever has named no players. */
const USUAL_PLAYERS = {
  en: ['kitchen', 'living room', 'bedroom', 'bathroom', 'office'],
  de: ['Küche', 'Wohnzimmer', 'Schlafzimmer', 'Badezimmer', 'Büro'],
}

export interface InteractionModel {
  interactionModel: {
    languageModel: {
      invocationName: string
      intents: { name: string; slots?: { name: string; type: string }[]; samples: string[] }[]
      types: { name: string; values: { name: { value: string } }[] }[]
    }
  }
}

/**
 * What Alexa has to know to understand people in this locale.
 * @param players as they are called in the configuration.
 */
export function interactionModel(locale: Locale, players: readonly string[]): InteractionModel {
  const language = languageOfLocale(locale)
  const intents = Object.entries<IntentModel>(INTENT_MODELS).map(([name, { slots, utterances }]) => ({
    name,
    ...(slots && { slots: Object.entries(slots).map(([slot, type]) => ({ name: slot, type })) }),
    samples: utterances?.[language] ?? [],
  }))
  const names = Map.groupBy([...players.filter(isSpoken), ...USUAL_PLAYERS[language]], (name) => name.toLowerCase())
  const values = [...names.values()].map(([value = '']) => ({ name: { value } }))
  const types = [{ name: PLAYER_TYPE, values }]
  return { interactionModel: { languageModel: { invocationName: INVOCATION_NAME, intents, types } } }
}

/** Whether it is a name that somebody may say: in the place of one there may be an id, which makes Alexa refuse the model. */
function isSpoken(name: string): boolean {
  return name.length <= 140 && /^[\p{L}\p{N}][\p{L}\p{N} .,'’&-]*$/u.test(name)
}
