import { connect } from 'node:net'
import test from 'ava'
import { Agent, request } from 'undici'
import { WebSocket } from 'ws'
import { ask, open, start } from '../support/stand-in.ts'

test('a client that leaves a hanging or trickling response is counted', async (t) => {
  const music = await start(t)
  const leave = async (path: string, headers: string) => {
    const [asked, left] = [music.requestCount, music.abortedClients]
    const socket = connect(music.port, '127.0.0.1')
    t.teardown(() => socket.destroy())
    socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n${headers}\r\n`)
    await music.until(() => music.requestCount > asked)
    t.is(music.abortedClients, left)
    socket.destroy()
    await music.until(() => music.abortedClients > left)
  }
  const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket\r\n'
  music.misbehave('hang')
  await leave('/info', '')
  await leave('/ws', upgrade)
  music.misbehave('trickle')
  await leave('/info', '')
  await leave('/api', 'Content-Length: 10\r\n')
  t.is(music.abortedClients, 4)
  await music.until(() => music.openSockets === 0)
  music.misbehave(undefined)
  t.is((await ask(music, '/info')).status, 200)
  t.is(music.abortedClients, 4)
})

test('a trickle goes on and on', async (t) => {
  const music = await start(t, { trickleInterval: 1 })
  music.misbehave('trickle', { times: 1 })
  const { body } = await request(`${music.url}/info`)
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes >= 10) break
  }
  await music.until(() => music.abortedClients === 1)
  t.true(bytes >= 10)
})

test('it can die at each point of a response, and behave again at the next', async (t) => {
  const music = await start(t)
  const dispatcher = new Agent()
  t.teardown(() => dispatcher.destroy())
  const get = () => request(`${music.url}/info`, { dispatcher })
  for (const kind of ['reset', 'die-mid-headers', 'die-mid-body', 'die-mid-chunk'] as const) {
    music.misbehave(kind, { times: 1 })
    const beforeBody = kind === 'reset' || kind === 'die-mid-headers'
    if (beforeBody) await t.throwsAsync(get, undefined, kind)
    else await t.throwsAsync((await get()).body.text(), undefined, kind)
    const { statusCode, body } = await get()
    await body.dump()
    t.is(statusCode, 200)
  }
  t.is(music.abortedClients, 0, 'the server left, not the client')
})

test('it can die at each point of an upgrade', async (t) => {
  const music = await start(t)
  for (const kind of ['reset', 'die-mid-headers', 'die-mid-body', 'die-mid-chunk'] as const) {
    music.misbehave(kind, { times: 1 })
    const socket = new WebSocket(`${music.url.replace('http', 'ws')}/ws`)
    let opened = false
    socket.on('open', () => {
      opened = true
    })
    socket.on('error', () => {})
    const code = await new Promise((resolve) => socket.on('close', resolve))
    t.is(code, 1006)
    t.is(opened, kind === 'die-mid-body' || kind === 'die-mid-chunk', kind)
  }
  const { closed } = await open(t, music)
  music.dropConnections()
  t.is(await closed, 1006)
})

test('closing ends idle, hanging and upgraded connections', async (t) => {
  const music = await start(t)
  const { closed } = await open(t, music)
  await ask(music, '/info')
  music.misbehave('hang')
  const hanging = t.throwsAsync(ask(music, '/info'))
  await music.until(() => music.requestCount === 3)
  await music.close()
  await Promise.all([closed, hanging, music.close()])
  t.is(music.openSockets, 0)
  t.is(music.abortedClients, 0)
})
