import test from 'ava'
import { nextStep } from '../../../src/music-assistant/tokens/next-step.ts'
import type { UpstreamTokenRecord } from '../../../src/store/records.ts'

const ROW: UpstreamTokenRecord = {
  revision: 1,
  upstream: 'music',
  userName: 'ada',
  userId: 'u1',
  account: 'anna',
  name: 'Alexa via home.example',
  sealedToken: 'sealed',
  createdAt: 0,
  endsAt: 1000,
}
const NOW = { granted: true, now: 500, inDoubt: false }

test('a token is kept while its grant is there, and renewed from four fifths of its time on', (t) => {
  t.is(nextStep(ROW, NOW), 'keep')
  t.is(nextStep(ROW, { ...NOW, now: 799 }), 'keep')
  t.is(nextStep(ROW, { ...NOW, now: 800 }), 'renew')
  t.is(nextStep(ROW, { ...NOW, now: 5000 }), 'renew')
})

test('nothing is renewed by a clock that is in doubt', (t) => {
  t.is(nextStep(ROW, { ...NOW, now: 800, inDoubt: true }), 'keep')
})

test('without its grant a token is ended, whatever the clock says', (t) => {
  t.is(nextStep(ROW, { ...NOW, granted: false }), 'end')
  t.is(nextStep(ROW, { ...NOW, granted: false, inDoubt: true }), 'end')
})

test('one whose grant may still begin is kept until a minute after that, by a clock that is believed', (t) => {
  const pending = { ...ROW, pendingUntil: 1000 }
  t.is(nextStep(pending, { ...NOW, granted: false, now: 61_000 }), 'keep')
  t.is(nextStep(pending, { ...NOW, granted: false, now: 61_001 }), 'end')
  t.is(nextStep(pending, { ...NOW, granted: false, now: 61_001, inDoubt: true }), 'keep')
})

test('what is left over is cleared away first, and so is the mark of one whose grant has begun', (t) => {
  t.is(nextStep({ ...ROW, making: 'another' }, { ...NOW, now: 800 }), 'tidy')
  t.is(nextStep({ ...ROW, earlier: ['sealed before'] }, NOW), 'tidy')
  t.is(nextStep({ ...ROW, pendingUntil: 1000 }, NOW), 'tidy')
  t.is(nextStep({ ...ROW, earlier: [] }, NOW), 'keep')
})

test('a row without a token waits for somebody who needs one', (t) => {
  t.is(nextStep({ ...ROW, sealedToken: undefined }, { ...NOW, now: 5000 }), 'keep')
})
