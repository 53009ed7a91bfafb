import { createServer } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import test from 'ava'
import type { Patient } from '../../../../src/app/doctor/examination.ts'
import { clock, judge } from '../../../../src/app/doctor/house/clock.ts'
import { judge as judgeSpeed, machineSpeed } from '../../../../src/app/doctor/house/machine-speed.ts'
import { makeAmazon } from '../../../support/alexa-signing.ts'
import { startTestHouse } from '../../../support/gateway.ts'
import { look, patientIn, patientWith } from '../../../support/house-patient.ts'
import { listenUntilEnd } from '../../../support/listen-until-end.ts'

const MINUTE_MS = 60_000

/** With the clock of this machine, which is that of whom it asks. That of a test house stands still. */
function withRealClock(patient: Patient): Patient {
  return { ...patient, environment: { ...patient.environment, now: Date.now } }
}

test('a clock that is that of an upstream, to half a minute, is good', async (t) => {
  const house = await startTestHouse(t)
  t.regex((await look(clock, withRealClock(patientIn(house)))).join(), /^good/)
})

test('a clock that is off from that of an upstream is a fault, either way', async (t) => {
  for (const [off, words] of [
    [-MINUTE_MS, /^fault: The clock is \d+ s ahead of that of music-assistant\.$/],
    [MINUTE_MS, /^fault: The clock is \d+ s behind that of music-assistant\.$/],
  ] as const) {
    const server = createServer((_, response) => {
      response.setHeader('Date', new Date(Date.now() + off).toUTCString())
      response.end('{}')
    })
    const url = `http://127.0.0.1:${await listenUntilEnd(t, server)}`
    const { patient } = patientWith(t, (config) => Reflect.deleteProperty(config.upstreams, 'x'), url)
    const upstreams = { 'music-assistant': patient.config.upstreams['music-assistant']! }
    const config = { ...patient.config, upstreams }
    t.regex((await look(clock, withRealClock({ ...patient, config }))).join(), words)
  }
})

test('half a minute is near enough, and more is not', (t) => {
  const reading = (aheadMs: number) => [{ name: 'x', aheadMs, isOwn: false }]
  t.like(judge(reading(30_000)), [{ verdict: 'good', found: 'It agrees with that of x.' }])
  t.like(judge(reading(-30_000)), [{ verdict: 'good' }])
  t.like(judge(reading(30_001)), [{ verdict: 'fault' }])
  t.like(judge(reading(-30_001)), [{ verdict: 'fault' }])
  t.like(judge([{ name: 'x', aheadMs: 0, isOwn: true }]), [{ verdict: 'good' }])
  t.like(judge([]), [{ verdict: 'unseen' }])
})

test('a server elsewhere is asked by doctor, and not by check', async (t) => {
  const { signer, root, chain } = makeAmazon({ names: ['localhost'] })
  const key = signer.key.export({ type: 'pkcs8', format: 'pem' })
  let asked = 0
  const server = createSecureServer({ cert: chain, key }, (_, response) => {
    asked++
    response.setHeader('Date', new Date(Date.now() + 10 * MINUTE_MS).toUTCString())
    response.end()
  })
  const port = await listenUntilEnd(t, server, 'localhost')
  const { patient } = patientWith(t, () => {})
  const ways = { ...patient.ways, roots: [root.pem], clocks: [`https://localhost:${port}/`] }
  t.regex(
    (await look(clock, withRealClock({ ...patient, ways }))).join(),
    /^fault: The clock is \d+ s behind that of localhost:/,
  )
  t.is(asked, 1)
  t.regex(
    (await look(clock, { ...patient, ways, reach: 'upstreams' })).join(),
    /^unseen: Nobody answered with the time/,
  )
  t.is(asked, 1)
})

test('a clock that shows a time before this program, or long before it was believed last, is in doubt', async (t) => {
  const house = await startTestHouse(t)
  const patient = patientIn(house)
  const at = (now: number) => ({ ...patient, environment: { ...patient.environment, now: () => now } })
  t.regex((await look(clock, at(0))).join(), /^fault: The clock is in doubt: it shows 1970/)
  await house.prepared.store.put('clock', 'seen', { seenAt: house.now() })
  const [found] = await clock.look(at(house.now() - 10 * MINUTE_MS))
  t.is(found?.verdict, 'attention')
  t.regex(found?.found ?? '', /in doubt: .*before what was to be expected/)
})

test('how fast this machine is, is told; slowness is to be kept in mind', async (t) => {
  const house = await startTestHouse(t)
  t.deepEqual(await look(machineSpeed, patientIn(house)), [
    'good: Writing into the database takes 0 ms, checking a password 0 ms.',
  ])
  t.deepEqual((await house.prepared.store.list('access', '', undefined, 10)).entries, [])
  t.is(judgeSpeed(300, 2000)[0]?.verdict, 'good')
  t.like(judgeSpeed(301, 2001), [
    { verdict: 'attention', found: 'Writing into the database takes 301 ms.' },
    { verdict: 'attention', found: 'Checking a password takes 2001 ms.' },
  ])
})
