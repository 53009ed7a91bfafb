import { once } from 'node:events'
import test from 'ava'
import { openUpstream, type Upstream } from '../../../src/gateway/upstreams/upstream.ts'
import { startUpstream } from '../../support/scripted-upstream.ts'

test('a retired upstream keeps its connections until the last lease ends, and then closes them', async (t) => {
  const { url, sockets } = await startUpstream(t, (_, response) => response.end('ok'))
  const upstream = openUpstream({ name: 'music', url, responseTimeoutMs: 1000, connections: 1 })
  const request = () => getFrom(upstream)
  const [first, second] = [upstream.lease(), upstream.lease()]
  t.is(await request(), 'ok')
  let retired = false
  const retiring = upstream.retire().then(() => {
    retired = true
  })
  first()
  t.is(await request(), 'ok')
  t.false(retired)
  const open = [...sockets].map((socket) => once(socket, 'close'))
  t.true(open.length > 0)
  second()
  await Promise.all([retiring, ...open])
  await t.throwsAsync(request)
})

test('an upstream that nobody uses is closed at once', async (t) => {
  const { url } = await startUpstream(t, (_, response) => response.end())
  await openUpstream({ name: 'music', url, responseTimeoutMs: 1000, connections: 1 }).retire()
  t.pass()
})

/** The body of an answer, as `forward` has it. @throws what there is instead of one. */
function getFrom({ pool }: Upstream): Promise<string> {
  const connection = pool.take()!
  let body = ''
  return new Promise<string>((resolve, reject) => {
    const handler = {
      onRequestStart: () => connection.guard.awaitAnswer(),
      onResponseStart() {},
      onResponseData: (_: unknown, chunk: Buffer) => {
        body += chunk
      },
      onResponseEnd: () => resolve(body),
      onResponseError: (_: unknown, error: Error) => reject(error),
    }
    connection.send({ method: 'GET', path: '/' }, handler)
  }).finally(() => pool.free(connection))
}
