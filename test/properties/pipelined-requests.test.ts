import { setImmediate } from 'node:timers/promises'
import test from 'ava'
import fc from 'fast-check'
import { startBefore } from '../support/before-upstream.ts'
import { seedOf } from '../support/property.ts'
import { openRaw, rawRequest, UPGRADE } from '../support/raw-client.ts'
import { startUpstream } from '../support/scripted-upstream.ts'

interface Sent {
  text: string
  status: number
  /** What the upstream is to see of it. */
  seen?: string
  head?: boolean
}

const CHUNKED = ['Transfer-Encoding: chunked']

/** A body that looks like requests. */
const bodies = fc.array(fc.constantFrom('\r\n\r\n', rawRequest('GET /open/evil'), 'abc', '0\r\n\r\n'), { maxLength: 4 })

const answered: fc.Arbitrary<Sent> = fc.oneof(
  fc.constant<Sent>({ text: rawRequest('GET /open/x'), status: 200, seen: 'GET ' }),
  fc.constant<Sent>({ text: rawRequest('HEAD /open/x'), status: 200, seen: 'HEAD ', head: true }),
  fc.constant<Sent>({ text: rawRequest('GET /health'), status: 200 }),
  fc.constant<Sent>({ text: rawRequest('GET /nowhere'), status: 404 }),
  fc.constant<Sent>({ text: rawRequest('POST /health', CHUNKED, '3\r\nabc\r\n0\r\n\r\n'), status: 405 }),
  bodies.map((parts): Sent => {
    const body = parts.join('')
    return {
      text: rawRequest('POST /open/x', [`Content-Length: ${body.length}`], body),
      status: 200,
      seen: `POST ${body}`,
    }
  }),
  bodies.map((parts): Sent => {
    const chunks = parts.map((part) => `${part.length.toString(16)}\r\n${part}\r\n`).join('')
    return {
      text: rawRequest('PUT /open/x', CHUNKED, `${chunks}0\r\n\r\n`),
      status: 200,
      seen: `PUT ${parts.join('')}`,
    }
  }),
)

/** Each ends its connection. */
const last: fc.Arbitrary<Sent> = fc.constantFrom(
  { text: rawRequest('GET /open/../x'), status: 400 },
  { text: 'GET /open/x HTTP/1.1\r\n\r\n', status: 400 },
  { text: 'nonsense\r\n\r\n', status: 400 },
  { text: rawRequest('GET /open/x', ['Content-Length: 3'], 'abc'), status: 400 },
  { text: rawRequest('POST /open/x', ['Content-Length: 007'], '1234567'), status: 400 },
  { text: rawRequest('GET /health', UPGRADE), status: 400 },
  { text: rawRequest('GET /open/x', ['Connection: close']), status: 200, seen: 'GET ' },
)

const pieces = fc.array(fc.record({ length: fc.integer({ min: 1, max: 300 }), wait: fc.boolean() }), { minLength: 1 })

test('requests that are sent at once, in whatever pieces, are what they would be one by one, up to the one that closes', async (t) => {
  const seen: string[] = []
  const upstream = await startUpstream(t, async (request, response) => {
    let body = ''
    for await (const chunk of request.setEncoding('latin1')) body += chunk
    seen.push(`${request.method} ${body}`)
    response.end('x'.repeat(seen.length % 5) + body)
  })
  const house = await startBefore(t, upstream)
  const all = fc.array(answered, { maxLength: 30 })
  const property = fc.asyncProperty(all, last, all, pieces, async (before, end, after, cuts) => {
    seen.length = 0
    const client = await openRaw(house)
    const text = [...before, end, ...after].map((one) => one.text).join('')
    for (let i = 0, at = 0; at < text.length; i++) {
      const { length, wait } = cuts[i % cuts.length]!
      client.send(text.slice(at, at + length))
      at += length
      if (wait) await setImmediate()
    }
    for (const { status, head = false } of [...before, end]) {
      const answer = await client.answer({ head })
      if (answer.status !== status) throw new Error(`${answer.status} instead of ${status}`)
    }
    await client.closed
    if (client.received !== '') throw new Error(`then came ${client.received}`)
    const expected = [...before, end].flatMap((one) => one.seen ?? [])
    if (seen.join('\n') !== expected.join('\n')) throw new Error(`the upstream saw ${JSON.stringify(seen)}`)
  })
  await t.notThrowsAsync(() => fc.assert(property, { numRuns: 150, seed: seedOf(t) }))
})
