import test from 'ava'
import { openChains } from '../../../src/alexa/signatures/chains.ts'
import { openReplays } from '../../../src/alexa/signatures/replays.ts'
import { trustedRoots } from '../../../src/alexa/signatures/trusted-roots.ts'
import { verifySkillRequest } from '../../../src/alexa/signatures/verify-skill-request.ts'
import { CHAIN_URL, makeAmazon, SKILL, signedHeaders, skillRequest } from '../../support/alexa-signing.ts'
import { isRefused } from '../../support/refused.ts'

const amazon = makeAmazon()

function open() {
  let passed = 0
  let fetches = 0
  const now = () => Date.now() + passed
  const keyAt = openChains({
    fetchChain: async () => {
      fetches++
      return amazon.chain
    },
    roots: trustedRoots([amazon.root.pem]),
    now,
    monotonic: () => passed,
  })
  const noteSigned = openReplays(() => passed)
  const verify = (body: string | Uint8Array, rawHeaders = signedHeaders(body, amazon.signer)) =>
    verifySkillRequest({ rawHeaders, body: Buffer.from(body) }, [SKILL], { keyAt, noteSigned, now })
  const advance = (milliseconds: number) => {
    passed += milliseconds
  }
  return { verify, fetches: () => fetches, advance, now }
}

const bodyOf = (...options: Parameters<typeof skillRequest>) => JSON.stringify(skillRequest(...options))

test('what Alexa has signed is read', async (t) => {
  const { verify } = open()
  const envelope = await verify(bodyOf({ token: 'T', locale: 'de-DE', type: 'IntentRequest' }))
  t.like(envelope, { kind: 'custom', type: 'IntentRequest', token: 'T', locale: 'de-DE' })
})

test('double-byte UTF-8 is checked byte for byte', async (t) => {
  const { verify } = open()
  const body = bodyOf({ more: { intent: { slots: { artist: { value: 'Die Ärzte, 宇多田ヒカル' } } } } })
  await t.notThrowsAsync(verify(body))
  const latin1 = Buffer.from(body.replace(/[^\x20-\x7e]/g, 'ä'), 'latin1')
  await isRefused(t, 'body-malformed', () => verify(latin1), 'what is no UTF-8 is not from Alexa')
})

test('a replay is refused for as long as its timestamp would let it in', async (t) => {
  const { verify, advance, now } = open()
  const body = bodyOf({ at: now() + 149_000 })
  await t.notThrowsAsync(verify(body))
  advance(1000)
  await isRefused(t, 'replayed', () => verify(body))
  advance(297_000)
  await isRefused(t, 'replayed', () => verify(body))
  advance(2000)
  await isRefused(t, 'timestamp-too-old', () => verify(body))
})

test('the same words said twice are no replay, and an event may come again', async (t) => {
  const { verify } = open()
  for (let i = 0; i < 2; i++) await t.notThrowsAsync(verify(bodyOf()))
  const event = bodyOf({ type: 'AlexaSkillEvent.SkillDisabled' })
  for (let i = 0; i < 2; i++) await t.notThrowsAsync(verify(event))
})

test('what was refused once may come again: nobody can use up the request of another', async (t) => {
  const { verify } = open()
  const body = bodyOf()
  await isRefused(t, 'signature-wrong', () => verify(body, signedHeaders(`${body} `, amazon.signer)))
  await t.notThrowsAsync(verify(body))
})

test('nothing is fetched for what cannot be from Alexa', async (t) => {
  const { verify, fetches } = open()
  const body = bodyOf()
  const signature = signedHeaders(body, amazon.signer)[5] as string
  const url = ['SignatureCertChainUrl', CHAIN_URL]
  await isRefused(t, 'header-missing', () => verify(body, url))
  await isRefused(t, 'signature-malformed', () =>
    verify(body, [...url, 'Signature-256', 'A'.repeat(344).replace(/.$/, '*')]),
  )
  await isRefused(t, 'certificate-url', () =>
    verify(body, ['SignatureCertChainUrl', 'https://evil.example/echo.api/a.pem', 'Signature-256', signature]),
  )
  await isRefused(t, 'timestamp-too-old', () => verify(bodyOf({ at: 0 })))
  await isRefused(t, 'skill-id-unknown', () => verify(bodyOf({ skill: 'amzn1.ask.skill.guessed' })))
  for (const text of ['', 'null', '[]', '{}', '"text"', '{"request":', '{"request":{"type":5}}'])
    await isRefused(t, 'body-malformed', () => verify(text), text)
  t.is(fetches(), 0)
})

test('a directive for music, which has neither a time nor a skill, is read with its token', async (t) => {
  const { verify } = open()
  const directive = {
    header: { messageId: 'm', namespace: 'Alexa.Media.Search', name: 'GetPlayableContent', payloadVersion: '1.0' },
    payload: { requestContext: { user: { id: 'amzn1.ask.account.X', accessToken: 'T' } }, selectionCriteria: {} },
  }
  const envelope = await verify(JSON.stringify(directive))
  t.like(envelope, { kind: 'music', type: 'Alexa.Media.Search.GetPlayableContent', token: 'T' })
  const disguised = { ...directive, header: { ...directive.header, namespace: 'Alexa.Discovery' } }
  await isRefused(t, 'body-malformed', () => verify(JSON.stringify(disguised)))
})
