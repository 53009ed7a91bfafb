import test from 'ava'
import type { SkillEnvelope } from '../../../src/alexa/read-envelope.ts'
import { type Allowed, decide, readAccess, stillHolds } from '../../../src/gateway/access/access.ts'
import type { Site } from '../../../src/gateway/site.ts'
import type { AccessToken } from '../../../src/oauth/grants/access-tokens.ts'
import { askedResources } from '../../support/asked-resources.ts'
import { noteExchange } from '../../support/exchange.ts'

const RESOURCE = 'https://home.example/skill'
const IDENTITY = { user: { id: 'u', name: 'ada', displayName: 'Ada' }, scopes: ['music.read'], by: 'bearer' }
const TOKEN: AccessToken = { id: 'i', grantId: 'u.1', identity: IDENTITY, issuedAt: 0, expiresAt: 1 }

interface Asked {
  account?: 'required' | 'optional'
  scopes?: string[]
  found?: AccessToken
  ended?: boolean
  envelope?: Partial<SkillEnvelope>
}

/** Of a request that Alexa has signed. The grant of whoever is let in is gone right afterwards. */
function ask({ account, scopes = [], found, ended = false, envelope = {} }: Asked) {
  const access = readAccess({
    auth: 'alexa-skill',
    scopes,
    skill_ids: ['amzn1.ask.skill.a'],
    account,
  })
  const site = {
    skillRequests: {
      verify: async () => ({ kind: 'custom', type: 'LaunchRequest', token: 'T', ...envelope }),
      noteLink: async () => ended,
      answerUnlinked: () => ({ status: 200, headers: {}, body: 'the card' }),
    },
    resources: askedResources(),
    accessTokens: { find: () => found, stillGranted: async () => false },
  } as unknown as Site
  const { exchange } = noteExchange({ method: 'POST', target: '/skill' })
  return {
    decision: decide(access, exchange, site),
    holds: (allowed: Allowed) => stillHolds(access, allowed, exchange, site),
  }
}

test('whoever has linked is let in as themselves, by the request that was signed', async (t) => {
  const { decision } = ask({ found: TOKEN })
  t.like(await decision, { kind: 'allow', identity: { user: { name: 'ada' }, by: 'alexa-skill' }, token: { id: 'i' } })
})

test('an account is required unless the route says otherwise', async (t) => {
  t.like(await ask({}).decision, { kind: 'answer', answer: { body: 'the card' } })
  t.like(await ask({ account: 'optional' }).decision, { kind: 'allow', identity: undefined })
})

test('a token without a scope of the route, or for another resource, is none', async (t) => {
  for (const one of [
    { found: TOKEN, scopes: ['music.control'] },
    { found: { ...TOKEN, resources: ['https://home.example/api'] } },
  ]) {
    t.like(await ask(one).decision, { kind: 'answer' })
    t.like(await ask({ ...one, account: 'optional' }).decision, { kind: 'allow', identity: undefined })
  }
  t.like(await ask({ found: { ...TOKEN, resources: [RESOURCE] }, scopes: ['music.read'] }).decision, { kind: 'allow' })
})

test('a directive for music without a good token is refused, whatever the route says', async (t) => {
  for (const account of ['required', 'optional'] as const) {
    const { decision } = ask({ account, envelope: { kind: 'music' } })
    await t.throwsAsync(async () => decision, { message: /no request that Alexa has signed/ })
  }
})

test('a request ends with its grant, but for the event that ends the grant itself', async (t) => {
  const usual = ask({ found: TOKEN })
  t.false(await usual.holds((await usual.decision) as Allowed))
  const ending = ask({ found: TOKEN, ended: true, envelope: { kind: 'event', type: 'AlexaSkillEvent.SkillDisabled' } })
  const allowed = (await ending.decision) as Allowed
  t.is(allowed.identity?.user.name, 'ada')
  t.true(await ending.holds(allowed))
})

test('whoever was let in as nobody stays in only while an account is optional', async (t) => {
  const optional = ask({ account: 'optional' })
  const allowed = (await optional.decision) as Allowed
  t.true(await optional.holds(allowed))
  t.false(await ask({}).holds(allowed))
})
