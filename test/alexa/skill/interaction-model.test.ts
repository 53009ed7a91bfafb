import test from 'ava'
import { findIntent } from '../../../src/alexa/skill/intents/intents.ts'
import { ANYTHING, INTENT_MODELS, type IntentModel, PLAYER_TYPE } from '../../../src/alexa/skill/model/intent-models.ts'
import { INVOCATION_NAME, interactionModel, LOCALES } from '../../../src/alexa/skill/model/interaction-model.ts'

const models = Object.entries<IntentModel>(INTENT_MODELS)

test('every intent of the model has a handler', (t) => {
  for (const [name] of models) t.truthy(findIntent(name), name)
})

test('an intent of our own has utterances in each language, and one of Amazon its own', (t) => {
  for (const [name, { slots, utterances }] of models) {
    if (name.startsWith('AMAZON.')) t.is(utterances ?? slots, undefined, name)
    else for (const said of Object.values(utterances ?? {})) t.true(said.length >= 3, name)
    if (!name.startsWith('AMAZON.')) t.deepEqual(Object.keys(utterances ?? {}), ['en', 'de'], name)
  }
})

test('each slot of an intent is said somewhere in each language, and no other', (t) => {
  for (const [name, { slots = {}, utterances }] of models) {
    for (const said of Object.values(utterances ?? {})) {
      const used = said.flatMap((one) => [...one.matchAll(/\{(\w+)\}/g)].map(([, slot]) => slot))
      t.deepEqual([...new Set(used)].sort(), Object.keys(slots).sort(), name)
    }
  }
})

test('what takes any words stands beside others, and alone of all slots', (t) => {
  for (const [name, { slots = {}, utterances }] of models) {
    if (!Object.values(slots).includes(ANYTHING)) continue
    t.is(Object.keys(slots).length, 1, name)
    for (const one of Object.values(utterances ?? {}).flat()) t.regex(one.replace(/\{\w+\}/, ''), /\S/, one)
  }
})

test('every slot is of a type that there is in each of the locales', (t) => {
  const everywhere = new Set(['AMAZON.Musician', 'AMAZON.MusicRecording', 'AMAZON.NUMBER', ANYTHING, PLAYER_TYPE])
  for (const [name, { slots = {} }] of models)
    for (const type of Object.values(slots)) t.true(everywhere.has(type), name)
})

test('no utterance is there twice, for Alexa could not tell its intent', (t) => {
  for (const language of ['en', 'de'] as const) {
    const all = models.flatMap(([, { slots = {}, utterances }]) =>
      (utterances?.[language] ?? []).map((one) => one.replace(/\{(\w+)\}/g, (_, slot) => `{${slots[slot as string]}}`)),
    )
    t.deepEqual(
      all.filter((one, i) => all.indexOf(one) !== i),
      [],
    )
  }
})

test('utterances have but the characters that Alexa takes', (t) => {
  for (const [, { utterances }] of models)
    for (const one of Object.values(utterances ?? {}).flat()) t.regex(one, /^[\p{L}' ]*(\{[a-z]+\}[\p{L}' ]*)*$/u, one)
})

for (const locale of LOCALES) {
  test(`the model of ${locale} has the players of the configuration, each once`, (t) => {
    const { languageModel } = interactionModel(locale, [
      'Küche',
      'kitchen',
      'Küche',
      'KITCHEN',
      'ma:12:ab_1',
      'x'.repeat(141),
    ]).interactionModel
    t.is(languageModel.invocationName, INVOCATION_NAME)
    t.deepEqual(
      languageModel.intents.map(({ name }) => name),
      models.map(([name]) => name),
    )
    const [players, ...others] = languageModel.types
    t.deepEqual(others, [])
    t.is(players?.name, PLAYER_TYPE)
    const values = players?.values.map(({ name }) => name.value) ?? []
    t.deepEqual(values.slice(0, 2), ['Küche', 'kitchen'])
    t.is(new Set(values.map((one) => one.toLowerCase())).size, values.length)
    t.true(values.includes(locale === 'de-DE' ? 'Wohnzimmer' : 'living room'))
  })
}
