import assert from 'node:assert/strict'
import test from 'ava'
import fc from 'fast-check'
import { temporaryFolder, testEnvironment } from '../support/environment.ts'
import { seedOf } from '../support/property.ts'
import {
  approve,
  type ClientName,
  exchange,
  isGood,
  type Model,
  newModel,
  type Outcome,
  refresh,
  revokeAccess,
  revokeRefresh,
} from './model.ts'
import { Real, type TokenAnswer } from './real.ts'

const SEQUENCES = 100
const STEPS = 100
const SECOND = 1000
const DAY = 86_400 * SECOND

/** What was given out, by the numbers that the model knows it by. */
interface GivenOut {
  codes: string[]
  access: string[]
  refresh: string[]
}

interface House {
  model: Model
  real: Real
  given: GivenOut
  advance: (milliseconds: number) => void
}

/** `pick` chooses among what was given out, the latest ones most often; `by` is the client that asks. */
interface Step {
  what: keyof typeof STEPS_BY_NAME
  pick: number
  by: ClientName
  clock: number
}

const STEPS_BY_NAME = {
  async approve({ model, real, given }: House, { by }: Step) {
    const answer = await real.consent(by, 'approve')
    assert.equal(answer?.has('code') ?? false, !model.disabled)
    if (!answer) return
    approve(model, by)
    given.codes.push(answer.get('code') ?? '')
  },
  async deny({ real }: House, { by }: Step) {
    const answer = await real.consent(by, 'deny')
    assert.equal(answer?.get('error'), 'access_denied')
    assert.equal(answer?.has('code'), false)
  },
  async exchange(house: House, { pick, by }: Step) {
    if (house.given.codes.length === 0) return
    const number = latest(house.given.codes, pick)
    const answer = await house.real.exchange(house.given.codes[number] ?? '', by, true)
    compare(house, exchange(house.model, number, by, true), answer)
  },
  async exchangeWithWrongVerifier(house: House, { pick, by }: Step) {
    if (house.given.codes.length === 0) return
    const number = latest(house.given.codes, pick)
    const answer = await house.real.exchange(house.given.codes[number] ?? '', by, false)
    compare(house, exchange(house.model, number, by, false), answer)
  },
  async refresh(house: House, { pick, by }: Step) {
    if (house.given.refresh.length === 0) return
    const number = latest(house.given.refresh, pick)
    const answer = await house.real.refresh(house.given.refresh[number] ?? '', by)
    compare(house, refresh(house.model, number, by), answer)
  },
  async call({ model, real, given }: House, { pick }: Step) {
    const number = latest(given.access, pick)
    if (number >= 0) assert.equal(await real.isGood(given.access[number] ?? ''), isGood(model, number))
  },
  async revokeRefresh({ model, real, given }: House, { pick, by }: Step) {
    const number = latest(given.refresh, pick)
    if (number < 0) return
    assert.equal(await real.revoke(given.refresh[number] ?? '', by), 200)
    revokeRefresh(model, number, by)
  },
  async revokeAccess({ model, real, given }: House, { pick, by }: Step) {
    const number = latest(given.access, pick)
    if (number < 0) return
    assert.equal(await real.revoke(given.access[number] ?? '', by), 200)
    revokeAccess(model, number, by)
  },
  async disable({ model, real }: House) {
    model.disabled = true
    await real.setDisabled(true)
  },
  async enable({ model, real }: House) {
    model.disabled = false
    await real.setDisabled(false)
  },
  async clock({ model, advance }: House, { clock }: Step) {
    model.now += clock
    advance(clock)
  },
  async restart({ real }: House) {
    await real.close()
    await real.open()
  },
  async purge({ real }: House) {
    await real.purge()
  },
}

function latest(given: string[], pick: number): number {
  return given.length === 0 ? -1 : given.length - 1 - (pick % Math.min(given.length, 1 + (pick % 7)))
}

function compare({ given }: House, expected: Outcome, answer: TokenAnswer): void {
  if (expected.kind === 'invalid_grant') {
    assert.equal(answer.error, 'invalid_grant')
    assert.equal(answer.access_token, undefined)
    return
  }
  assert.equal(answer.error, undefined)
  given.access.push(answer.access_token ?? '')
  // The model says which refresh token it is: one that was given out before, or the next new one.
  assert.equal(answer.refresh_token, given.refresh[expected.refresh] ?? answer.refresh_token)
  assert.equal(
    new Set([...given.refresh, answer.refresh_token]).size,
    Math.max(given.refresh.length, expected.refresh + 1),
  )
  given.refresh[expected.refresh] = answer.refresh_token ?? ''
}

const often = (what: Step['what'], weight: number) => ({ arbitrary: fc.constant(what), weight })

const steps = fc.array(
  fc.record({
    what: fc.oneof(
      often('approve', 5),
      often('deny', 1),
      often('exchange', 8),
      often('exchangeWithWrongVerifier', 1),
      often('refresh', 12),
      often('call', 8),
      often('revokeRefresh', 1),
      often('revokeAccess', 1),
      often('disable', 1),
      often('enable', 3),
      often('clock', 8),
      often('restart', 1),
      often('purge', 1),
    ),
    pick: fc.nat(1000),
    by: fc.constantFrom<ClientName>('alexa', 'phone'),
    clock: fc.oneof(
      fc.constantFrom(1, SECOND, 10 * SECOND, 10 * SECOND + 1, 60 * SECOND, 60 * SECOND + 1, 300 * SECOND),
      fc.constantFrom(3600 * SECOND, DAY, 45 * DAY, 90 * DAY - 1, 90 * DAY),
    ),
  }),
  { minLength: STEPS, maxLength: STEPS },
)

test(`${SEQUENCES * STEPS} random steps have the outcomes that a page of rules foretells`, async (t) => {
  const seed = seedOf(t)
  let taken = 0
  const property = fc.asyncProperty(steps, async (sequence) => {
    const environment = testEnvironment()
    const real = new Real(environment, temporaryFolder(t))
    await real.open()
    await real.setDisabled(false)
    const given: GivenOut = { codes: [], access: [], refresh: [] }
    const house: House = { model: newModel(environment.now()), real, given, advance: environment.advance }
    try {
      for (const step of sequence) {
        await STEPS_BY_NAME[step.what](house, step)
        taken++
      }
    } finally {
      await real.close()
    }
  })
  await t.notThrowsAsync(fc.assert(property, { numRuns: SEQUENCES, seed }))
  t.true(taken >= SEQUENCES * STEPS)
})
