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
  const names = [...new Set([...players, ...USUAL_PLAYERS[language]])]
  const types = [{ name: PLAYER_TYPE, values: names.map((value) => ({ name: { value } })) }]
  return { interactionModel: { languageModel: { invocationName: INVOCATION_NAME, intents, types } } }
}
