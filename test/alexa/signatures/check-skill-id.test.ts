import test from 'ava'
import { readEnvelope } from '../../../src/alexa/read-envelope.ts'
import { checkSkillId } from '../../../src/alexa/signatures/check-skill-id.ts'
import { SKILL, skillRequest } from '../../support/alexa-signing.ts'
import { isRefused } from '../../support/refused.ts'

interface Places {
  session?: unknown
  context?: unknown
}

function check({ session, context }: Places) {
  const { request } = skillRequest()
  const application = (applicationId: unknown) => ({ application: { applicationId } })
  const envelope = {
    request,
    ...(session === undefined ? {} : { session: application(session) }),
    ...(context === undefined ? {} : { context: { System: application(context) } }),
  }
  return () => checkSkillId(readEnvelope(Buffer.from(JSON.stringify(envelope))), [SKILL, 'amzn1.ask.skill.second'])
}

test('a request for one of the skills is taken, with and without a session', (t) => {
  t.notThrows(check({ session: SKILL, context: SKILL }))
  t.notThrows(check({ context: 'amzn1.ask.skill.second' }))
  t.notThrows(check({ session: SKILL }))
})

test("a request for somebody else's skill is refused, though Amazon has signed it", async (t) => {
  const theirs = 'amzn1.ask.skill.theirs'
  await isRefused(t, 'skill-id-unknown', check({ session: theirs, context: theirs }))
  await isRefused(t, 'skill-id-unknown', check({ session: SKILL, context: theirs }), 'only the context is theirs')
  await isRefused(t, 'skill-id-unknown', check({ session: theirs, context: SKILL }), 'only the session is theirs')
  await isRefused(t, 'skill-id-unknown', check({ context: SKILL.toUpperCase() }))
  await isRefused(t, 'skill-id-unknown', check({ context: [SKILL] }))
  await isRefused(t, 'skill-id-unknown', check({ context: null }))
})

test('a request that says two of our skills is refused', (t) =>
  isRefused(t, 'skill-id-unknown', check({ session: SKILL, context: 'amzn1.ask.skill.second' })))

test('an id that is ten thousands of lists in one another is refused like any other', async (t) => {
  const deep = '['.repeat(60_000) + ']'.repeat(60_000)
  const body = Buffer.from(`{"request":{"type":"LaunchRequest"},"session":{"application":{"applicationId":${deep}}}}`)
  await isRefused(t, 'skill-id-unknown', () => checkSkillId(readEnvelope(body), [SKILL]))
})

test('a request that says no skill is refused', (t) => isRefused(t, 'skill-id-missing', check({})))
