import test from 'ava'
import { configuration } from '../../../../src/app/doctor/house/configuration.ts'
import { people } from '../../../../src/app/doctor/house/people.ts'
import { addUser, disableUser } from '../../../../src/users/users.ts'
import { SKILL } from '../../../support/alexa-signing.ts'
import { ADA, startTestHouse, type TestConfig } from '../../../support/gateway.ts'
import { look, patientIn, patientWith } from '../../../support/house-patient.ts'

const skill = (id: string) => (config: TestConfig) => {
  Object.assign(config.upstreams['music-assistant'], { kind: 'music-assistant' })
  Object.assign(config, { alexa: { skill: { ids: [id], upstream: 'music-assistant' } } })
}

test('a configuration that Alexa can do with has nothing in its way, with a skill or without', async (t) => {
  for (const change of [() => {}, skill(SKILL)]) {
    const { patient } = patientWith(t, change)
    t.deepEqual(await look(configuration, patient), ['good: Nothing in it is in the way of Alexa.'])
  }
})

test('a lifetime that is too short and too many scopes are faults', async (t) => {
  const { patient } = patientWith(t, (config) => {
    const scopes = Array.from({ length: 16 }, (_, i) => `s${i}`)
    Object.assign(config.oauth, { scopes: Object.fromEntries(scopes.map((scope) => [scope, 'what it allows'])) })
    Object.assign(config.oauth, { default_scopes: ['s0'] })
    for (const client of config.oauth.clients) client.scopes = ['s0']
    Object.assign(config.oauth.clients[0]!, { scopes, lifetimes: { access_token: 359 } })
    for (const route of config.routes) Reflect.deleteProperty(route, 'scopes')
  })
  const found = await look(configuration, patient)
  t.regex(found[0]!, /^fault: Access tokens of amazon-alexa live 359 s/)
  t.regex(found[1]!, /^fault: amazon-alexa has 16 scopes; the console takes 15/)
  t.is(found.length, 2)
})

test('access tokens of 360 s are long enough', async (t) => {
  const { patient } = patientWith(t, (config) => {
    Object.assign(config.oauth.clients[0]!, { lifetimes: { access_token: 360 } })
  })
  t.is((await look(configuration, patient))[0], 'good: Nothing in it is in the way of Alexa.')
})

test('a skill without the scopes that it needs, and one whose id is still the placeholder, are faults', async (t) => {
  const { patient } = patientWith(t, (config) => {
    skill('amzn1.ask.skill.00000000-0000-0000-0000-000000000000')(config)
    config.oauth.clients[0]!.scopes = ['music.read']
  })
  const found = await look(configuration, patient)
  t.regex(found[0]!, /^fault: The skill needs the scope music\.control/)
  t.regex(found[1]!, /^fault: The id of the skill is still a placeholder/)
})

test('alexa.development that was left on is to be kept in mind', async (t) => {
  const { patient } = patientWith(t, (config) =>
    Object.assign(config, { alexa: { development: { chain: 'data/simulated-alexa.pem' } } }),
  )
  t.regex((await look(configuration, patient)).join(), /^attention: alexa\.development is on/)
})

test('that nobody can sign in is a fault, until somebody can', async (t) => {
  const house = await startTestHouse(t)
  const patient = patientIn(house)
  t.deepEqual(await look(people, patient), ['good: 1 person can sign in.'])
  await disableUser(house.prepared.store, ADA.name)
  const [disabled] = await people.look(patient)
  t.like(disabled, { verdict: 'fault', remedy: 'npx skillgate user enable NAME' })
  await addUser(house.prepared.store, house, { ...ADA, name: 'bob' })
  t.deepEqual(await look(people, patient), ['good: 1 person can sign in.'])
})

test('nobody has to be added where people have accounts at Music Assistant', async (t) => {
  const { patient } = patientWith(t, (config) => {
    Object.assign(config.upstreams['music-assistant'], { kind: 'music-assistant' })
    Object.assign(config, { users: { source: 'music-assistant', upstream: 'music-assistant' } })
  })
  t.deepEqual(await look(people, patient), ['good: Whoever has an account at music-assistant can sign in.'])
})

test('before the first start there is nothing to be said of people', async (t) => {
  const { patient } = patientWith(t, () => {})
  t.regex((await look(people, patient)).join(), /^unseen: There is no database at \S+ yet\.$/)
})
