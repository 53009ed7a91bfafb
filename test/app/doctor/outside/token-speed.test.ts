import test from 'ava'
import { judgeTokenSpeed, TOKEN_SPEED } from '../../../../src/app/doctor/outside/token-speed.ts'
import { behind, lookAt, startHealthy, startProxy } from '../../../support/patient.ts'

const told = (times: { token: number; page?: number }) =>
  judgeTokenSpeed(times).map(({ verdict, found }) => `${verdict}: ${found}`)

test('a token in two seconds is good, in four and a half to be kept in mind, and later a fault', (t) => {
  t.deepEqual(told({ token: 2000 }), ['good: a token request takes 2.0 s.'])
  t.deepEqual(told({ token: 2001 }), ['attention: a token request takes 2.0 s, with the connection.'])
  t.regex(told({ token: 4500 })[0]!, /^attention/)
  t.regex(told({ token: 4501 })[0]!, /^fault/)
})

test('a page that is slow is to be kept in mind: a person waits', (t) => {
  t.deepEqual(told({ token: 100, page: 1900 }), ['good: a token request takes 0.1 s, the page to link 1.9 s.'])
  t.regex(told({ token: 100, page: 9000 })[0]!, /^attention: the page to link takes 9\.0 s/)
  t.is(told({ token: 5000, page: 9000 }).length, 2)
})

test('what is slow in front of the gateway is measured', async (t) => {
  const { house, patient } = await startHealthy(t)
  const slow = (milliseconds: number) =>
    startProxy(t, house, {
      ask(passing) {
        if (passing.path === '/alexa/token') house.advance(milliseconds)
        return passing
      },
    })
  t.like(await lookAt(TOKEN_SPEED, patient), [{ verdict: 'good' }])
  t.like(await lookAt(TOKEN_SPEED, behind(patient, await slow(3000))), [{ verdict: 'attention' }])
  t.like(await lookAt(TOKEN_SPEED, behind(patient, await slow(5000))), [
    { verdict: 'fault', found: 'a token request takes 5.0 s, with the connection.' },
  ])
})
