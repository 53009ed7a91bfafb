import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'
import test from 'ava'
import { askResponder } from '../../../src/certificates/ocsp/fetch-answer.ts'
import { serveAnswers } from '../../support/ocsp-authority.ts'

const request = Buffer.from('a request')

test('a responder is asked by POST, and its answer comes back whole', async (t) => {
  const url = await serveAnswers(t, async (body) => ({ body: Buffer.concat([Buffer.from('to '), body]) }))
  t.is(String(await askResponder(url, request)), 'to a request')
})

test('no redirect is followed, wherever it leads', async (t) => {
  let asked = 0
  const other = await serveAnswers(t, async () => {
    asked++
    return { body: Buffer.from('from elsewhere') }
  })
  for (const status of [301, 302, 307, 308]) {
    const url = await serveAnswers(t, async () => ({ status, headers: { location: other }, body: Buffer.alloc(0) }))
    await t.throwsAsync(askResponder(url, request), {
      name: 'ResponderError',
      message: `it answered with status ${status}`,
    })
  }
  t.is(asked, 0)
})

test('nothing but http and https is asked', async (t) => {
  for (const url of ['ldap://ocsp.example/', 'file:///etc/passwd', 'not a url', 'http://user:secret@ocsp.example/'])
    await t.throwsAsync(askResponder(url, request), { name: 'ResponderError' }, url)
})

test('a longer answer than any is not read to its end', async (t) => {
  const most = 64 * 1024
  const just = await serveAnswers(t, async () => ({ body: Buffer.alloc(most) }))
  t.is((await askResponder(just, request)).length, most)
  const more = await serveAnswers(t, async () => ({ body: Buffer.alloc(most + 1) }))
  await t.throwsAsync(askResponder(more, request), { name: 'ResponderError', message: 'its answer is too long' })
})

test('a responder that breaks off, or that nobody waits for any more, is an error in words', async (t) => {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf'))
  })
  t.teardown(() => server.close())
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  await t.throwsAsync(askResponder(url, request), { name: 'ResponderError' })
  const stopped = new AbortController()
  const silent = createServer((socket) => {
    socket.on('error', () => {})
    stopped.abort()
  })
  t.teardown(() => silent.close())
  await once(silent.listen(0, '127.0.0.1'), 'listening')
  const asked = askResponder(`http://127.0.0.1:${(silent.address() as AddressInfo).port}/`, request, stopped.signal)
  await t.throwsAsync(asked, { name: 'ResponderError' })
})
