import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import { request } from 'undici'
import { Browser } from '../support/browser.ts'
import { addKitchen } from '../support/device.ts'
import { ADA, JAPAN, startTestHouse, type TestHouse } from '../support/gateway.ts'
import { approve, link, openAuthorize } from '../support/linking.ts'
import { seedOf } from '../support/property.ts'

/** Bodies that are answered with success, by endpoint. */
async function goodBodies(house: TestHouse): Promise<[endpoint: string, body: string][]> {
  const { access, refresh } = await link(house)
  const credentials = { client_id: 'amazon-alexa', client_secret: house.secrets.alexa }
  const encode = (values: Record<string, string>) => new URLSearchParams({ ...values, ...credentials }).toString()
  const code = (await approve(house)).get('code') ?? ''
  return [
    ['token', encode({ grant_type: 'authorization_code', code, redirect_uri: JAPAN })],
    ['token', encode({ grant_type: 'refresh_token', refresh_token: refresh, scope: 'music.control' })],
    ['introspect', encode({ token: access })],
    ['revoke', encode({ token: 'A'.repeat(43), token_type_hint: 'access_token' })],
    ['device_authorization', 'client_id=kitchen&scope=music.control&resource=https%3A%2F%2Fdev.jasonhollis.com'],
  ]
}

const mutation = fc.record({
  which: fc.nat(4),
  at: fc.nat(400),
  remove: fc.nat(12),
  insert: fc.oneof(
    fc.uint8Array({ maxLength: 4 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
    fc.constantFrom(
      '&',
      '=',
      '%',
      '%0',
      '%zz',
      '%00',
      '%ff',
      '&&',
      '&=',
      '+',
      'client_id=',
      '&scope=x&scope=y',
      '&resource=',
      ';',
    ),
    fc.constantFrom('&__proto__=1', '&grant_type=', '&client_secret=', '[]', '&code=', '\r\n', '&token=x'),
  ),
})

test('a mutated form gets success or a 4xx with error and error_description, and never a 5xx', async (t: ExecutionContext) => {
  const house = await startTestHouse(t, addKitchen)
  const bodies = await goodBodies(house)
  const { dispatcher } = new Browser(house)
  const statuses = new Map<number, number>()
  const property = fc.asyncProperty(mutation, async ({ which, at, remove, insert }) => {
    const [endpoint, body] = bodies[which] as [string, string]
    const place = at % (body.length + 1)
    const mutated = Buffer.from(body.slice(0, place) + insert + body.slice(place + remove), 'latin1')
    const response = await request(`https://localhost:${house.port}/alexa/${endpoint}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: mutated,
      dispatcher,
    })
    const text = await response.body.text()
    const { statusCode, headers } = response
    statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1)
    if (headers['cache-control'] !== 'no-store') return false
    if (statusCode === 200) return true
    const { error, error_description } = JSON.parse(text)
    // RFC 6749 section 5.2: what may stand in an error_description.
    return (
      [400, 401, 429].includes(statusCode) &&
      /^[a-z_]+$/.test(error) &&
      /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/.test(error_description)
    )
  })
  await t.notThrowsAsync(fc.assert(property, { numRuns: 3000, seed: seedOf(t) }))
  t.true([200, 400, 401].every((status) => statuses.has(status)))
  t.log(JSON.stringify(Object.fromEntries(statuses)))
})

test('a mutated form of a page gets a page or the way back to the client, and never a 5xx', async (t) => {
  const house = await startTestHouse(t, addKitchen)
  const browser = new Browser(house)
  const consent = await openAuthorize(house, {}, browser)
  const device = await browser.open('/alexa/device')
  const forms = [consent, device].map(({ action, hidden }) => ({
    action,
    body: new URLSearchParams({ ...hidden, user_code: 'BCDF-GHJK', decision: 'deny', name: ADA.name }).toString(),
  }))
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const statuses = new Map<number, number>()
  const property = fc.asyncProperty(mutation, async ({ which, at, remove, insert }) => {
    const { action, body } = forms[which % forms.length] as { action: string; body: string }
    const place = at % (body.length + 1)
    const response = await request(`https://localhost:${house.port}${action}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', cookie },
      body: Buffer.from(body.slice(0, place) + insert + body.slice(place + remove), 'latin1'),
      dispatcher: browser.dispatcher,
    })
    const { statusCode, headers } = response
    const text = await response.body.text()
    statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1)
    if (statusCode === 303) return String(headers.location).startsWith(`${JAPAN}?error=`)
    return [200, 400, 403, 429].includes(statusCode) && /<h1>.+<\/h1>/.test(text)
  })
  await t.notThrowsAsync(fc.assert(property, { numRuns: 1500, seed: seedOf(t) }))
  t.true([303, 400, 403].every((status) => statuses.has(status)))
  t.log(JSON.stringify(Object.fromEntries(statuses)))
})
