import { randomBytes } from 'node:crypto'
import test from 'ava'
import { pino } from 'pino'
import { logRequests } from '../../src/app/log-requests.ts'
import { requestRecord } from '../support/request-record.ts'

/** What the log has of a request that was refused for this reason. */
function logged({ path = '/', detail = '' }): { path: string; detail: string } {
  const lines: string[] = []
  const { onEnd } = logRequests(pino({}, { write: (line) => lines.push(line) }))
  onEnd(requestRecord({ path, status: 400, refusal: { code: 'ambiguous_request', detail } }))
  return JSON.parse(lines[0]!)
}

const secret = () => randomBytes(32).toString('base64url')

test('a refusal is logged with its reason and its path', (t) => {
  const { path, detail } = logged({ path: '/a/b', detail: 'no such route' })
  t.deepEqual([path, detail], ['/a/b', 'ambiguous_request: no such route'])
})

test('what is longer than anything real is cut, and what is as long is not', (t) => {
  for (const more of [0, 1]) {
    const { path, detail } = logged({
      path: `/${'a/'.repeat(99)}b${'c'.repeat(more)}`,
      detail: 'd '.repeat(500 + more),
    })
    t.deepEqual([path.length, detail.length], [200, 1000])
  }
})

test('49. no part of a secret is left in the log where a cut goes through it, or a query begins', (t) => {
  for (let at = 150; at <= 200; at++) {
    const token = secret()
    const { path } = logged({ path: `/${'a/'.repeat(100).slice(0, at - 1)}${token}` })
    t.false(path.includes(token.slice(0, 6)), `${at}`)
    t.true(path.length <= 200)
  }
  for (let at = 950; at <= 1000; at++) {
    const token = secret()
    const { detail } = logged({ detail: `${'a '.repeat(500).slice(0, at)}${token}` })
    // It may run on from a letter before it, and is hidden with that.
    t.false(detail.includes(token.slice(0, 6)), `${at}`)
    t.true(detail.length <= 1000)
  }
})
