import test from 'ava'
import { acceptGrant } from '../../../../src/app/doctor/house/accept-grant.ts'
import { everyRow } from '../../../../src/store/every-row.ts'
import type { Store } from '../../../../src/store/store.ts'
import { disableUser } from '../../../../src/users/users.ts'
import { startTestHouse, type TestConfig } from '../../../support/gateway.ts'
import { startHealthyHouse } from '../../../support/healthy-house.ts'
import { look, patientIn } from '../../../support/house-patient.ts'

const directives = (scopes: string[]) => (config: TestConfig) => {
  config.routes.push({
    path: '/smart-home',
    methods: ['POST'],
    upstream: 'music-assistant',
    auth: 'alexa-directive',
    scopes,
  })
}

async function countRows(store: Store): Promise<number> {
  let count = 0
  for (const kind of ['grant', 'access', 'refresh'] as const) for await (const _ of everyRow(store, kind)) count++
  return count
}

test('a route for directives answers AcceptGrant, and nothing is left of the token that it took', async (t) => {
  const house = await startTestHouse(t, directives(['music.control']))
  house.music.clearRequests()
  t.deepEqual(await look(acceptGrant, patientIn(house)), ['good: /smart-home answers it.'])
  t.is(await countRows(house.prepared.store), 0)
  t.is(house.music.requests.length, 0)
  const events = house.events().filter(({ event }) => event === 'examined')
  t.like(events, [{ user: 'ada', client: 'amazon-alexa', scopes: ['music.control'] }])
})

test('without such a route there is nothing to answer', async (t) => {
  const house = await startTestHouse(t)
  t.regex((await look(acceptGrant, patientIn(house))).join(), /^good: No route takes directives/)
})

test('a route that asks for a scope that Alexa may not have is a fault, and nobody is asked', async (t) => {
  const house = await startTestHouse(t, (config) => {
    directives(['music.control'])(config)
    config.oauth.clients[0]!.scopes = ['music.read']
  })
  const [found] = await acceptGrant.look(patientIn(house))
  t.is(found?.verdict, 'fault')
  t.regex(found?.found ?? '', /^\/smart-home asks for music\.control, which amazon-alexa may not have/)
  t.is(house.requests.records.length, 0)
})

test('a gateway that has another configuration than the file does not answer it', async (t) => {
  const house = await startTestHouse(t)
  const patient = patientIn(house)
  const config = structuredClone(patient.config)
  config.routes.push({ ...config.routes[0]!, path: '/smart-home', auth: 'alexa-directive', scopes: [] } as never)
  const [found] = await acceptGrant.look({ ...patient, config })
  t.like(found, { verdict: 'fault', found: '/smart-home answers it with 404 not_found.' })
  t.is(await countRows(house.prepared.store), 0)
})

test('it is sent in nobody’s name where there is nobody', async (t) => {
  const house = await startTestHouse(t, directives([]))
  await disableUser(house.prepared.store, 'ada')
  t.regex((await look(acceptGrant, patientIn(house))).join(), /^unseen: There is nobody yet/)
})

test('that nobody answers is unseen, and nothing is left of the token either', async (t) => {
  const house = await startHealthyHouse(t)
  const patient = patientIn(house)
  const ways = { ...patient.ways, connectTo: { host: '127.0.0.1', port: 1 } }
  t.regex((await look(acceptGrant, { ...patient, ways })).join(), /^unseen: The gateway .* could not be asked/)
  t.is(await countRows(house.prepared.store), 0)
})
