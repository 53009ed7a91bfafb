import { Readable } from 'node:stream'
import test from 'ava'
import { seededRandom } from '../faults/seeded-random.ts'
import { DIRECTIVE_NAMES, DIRECTIVES, startDirectiveHouse } from '../support/directives.ts'
import { noteExchange } from '../support/exchange.ts'
import { mutateJson } from '../support/mutate-json.ts'
import { issueToken } from '../support/tokens.ts'

/** SKILLGATE_FUZZ_CASES has fewer of them, or more. */
const CASES = Number(process.env.SKILLGATE_FUZZ_CASES ?? 10_000)

const ERROR_TYPES =
  /^(INVALID_AUTHORIZATION_CREDENTIAL|INTERNAL_ERROR|INVALID_DIRECTIVE|ACCEPT_GRANT_FAILED|BRIDGE_UNREACHABLE)$/

test('whatever becomes of a directive on its way, it gets a clear answer, and only a whole one goes on', async (t) => {
  t.timeout(300_000)
  const random = seededRandom(t)
  const forwarded: { body: Buffer; user: unknown }[] = []
  const house = await startDirectiveHouse(t, async (request, response) => {
    forwarded.push({ body: Buffer.concat(await request.toArray()), user: request.headers['x-remote-user-name'] })
    response.end('{"event":{"header":{"name":"Response"}}}')
  })
  const good = await issueToken(house)
  const tokens = [good, good, good, await issueToken(house), 'u'.repeat(43), 'short', null]
  const pick = <T>(list: readonly T[]) => list[random(list.length)] as T
  const seen = new Map<string, number>()

  for (let i = 0; i < CASES; i++) {
    const whole = JSON.stringify(DIRECTIVES[pick(DIRECTIVE_NAMES)](pick(tokens)))
    const bytes = random(20) === 0 ? Buffer.from(whole) : mutateJson(whole, random)
    const authorization = pick([[], [], ['Authorization', `Bearer ${pick(tokens)}`], ['authorization', 'Basic YTpi']])
    const rawHeaders = ['Content-Type', 'application/json', 'Content-Length', String(bytes.length), ...authorization]
    const { exchange, told } = noteExchange({ method: 'POST', target: '/directives', rawHeaders })
    forwarded.length = 0
    await house.gateway.handle({ ...exchange, body: Readable.from([bytes]), readBody: async () => bytes })

    const about = `${authorization.join(': ')} ${bytes.toString('latin1')} -> ${told.status} ${told.body}`
    if (told.status === 400) {
      if (JSON.parse(told.body).error !== 'not_a_directive') t.fail(about)
      if (forwarded.length > 0) t.fail(`forwarded: ${about}`)
      seen.set('400', (seen.get('400') ?? 0) + 1)
      continue
    }
    if (told.status !== 200) t.fail(about)
    const answer = JSON.parse(told.body)
    const { header, payload } = answer.event ?? answer
    seen.set(payload?.type ?? header.name, (seen.get(payload?.type ?? header.name) ?? 0) + 1)
    if (header.name === 'Response') {
      // Byte for byte, with the identity of the one token in it.
      if (!forwarded[0]?.body.equals(bytes) || forwarded[0].user !== 'ada') t.fail(about)
    } else {
      if (forwarded.length > 0) t.fail(`forwarded: ${about}`)
      if (header.name === 'ErrorResponse' ? !ERROR_TYPES.test(payload.type) : header.name !== 'AcceptGrant.Response')
        t.fail(about)
      // Whole but for what isn't looked at, a directive with the good token alone unlinks nobody.
      if (payload.type === 'INVALID_AUTHORIZATION_CREDENTIAL' && bytes.equals(Buffer.from(whole)) && !authorization[0])
        if (whole.includes(good)) t.fail(about)
    }
  }
  t.log([...seen].map(([what, times]) => `${what} ${times}`).join(', '))
  if (CASES >= 1000) {
    for (const what of [
      '400',
      'Response',
      'INVALID_AUTHORIZATION_CREDENTIAL',
      'INVALID_DIRECTIVE',
      'ACCEPT_GRANT_FAILED',
    ])
      t.true((seen.get(what) ?? 0) > CASES / 200, what)
  }
  t.is(house.log.filter((line) => line.includes('internal_error')).length, 0)
})
