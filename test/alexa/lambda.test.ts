import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { lambdaSource } from '../../src/alexa/package/lambda-source.ts'
import { temporaryFolder } from '../support/environment.ts'
import { envelope } from '../support/skill.ts'

// biome-ignore lint/suspicious/noExplicitAny: what Alexa sends and gets
type Json = any
type Handler = (event: Json) => Promise<Json>

/** The handler as AWS would load it. */
async function load(t: ExecutionContext, url: string): Promise<Handler> {
  const file = join(temporaryFolder(t), 'index.mjs')
  writeFileSync(file, lambdaSource(url))
  const { handler } = await import(file)
  return handler
}

type Respond = (request: IncomingMessage & { body: string }, response: ServerResponse) => void

async function serve(t: ExecutionContext, respond: Respond): Promise<string> {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    respond(Object.assign(request, { body }), response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.teardown(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/directives`
}

const scope = { type: 'BearerToken', token: 'T-1' }
const header = { namespace: 'Alexa.PowerController', name: 'TurnOn', payloadVersion: '3', messageId: 'm' }
const EVENTS: Record<string, Json> = {
  directive: {
    directive: { header: { ...header, correlationToken: 'c' }, endpoint: { scope, endpointId: 'e-1' }, payload: {} },
  },
  discovery: {
    directive: { header: { ...header, namespace: 'Alexa.Discovery', name: 'Discover' }, payload: { scope } },
  },
  'accept-grant': {
    directive: {
      header: { ...header, namespace: 'Alexa.Authorization', name: 'AcceptGrant' },
      payload: { grant: { type: 'OAuth2.AuthorizationCode', code: 'C' }, grantee: scope },
    },
  },
  music: {
    header: { messageId: 'm', namespace: 'Alexa.Media.Search', name: 'GetPlayableContent', payloadVersion: '1.0' },
    payload: { requestContext: { user: { id: 'u', accessToken: 'T-1' } } },
  },
  skill: envelope({ intent: 'AMAZON.PauseIntent', token: 'T-1' }),
  event: { context: {}, request: { type: 'AlexaSkillEvent.SkillAccountLinked', body: { accessToken: 'T-1' } } },
}

/** What each is told when nobody is there. */
const UNREACHABLE: Record<string, (answer: Json) => unknown> = {
  directive: ({ event }) => [
    event.header.namespace,
    event.header.name,
    event.header.correlationToken,
    event.endpoint,
    event.payload.type,
  ],
  discovery: ({ event }) => [event.header.namespace, event.header.name, event.endpoint, event.payload.type],
  'accept-grant': ({ event }) => [event.header.namespace, event.header.name, event.payload.type],
  music: ({ header, payload }) => [header.namespace, header.name, payload.type],
  skill: ({ response }) => [response.outputSpeech.text, response.shouldEndSession],
  event: (answer) => answer,
}

const EXPECTED: Record<string, unknown> = {
  directive: ['Alexa', 'ErrorResponse', 'c', { endpointId: 'e-1' }, 'BRIDGE_UNREACHABLE'],
  discovery: ['Alexa', 'ErrorResponse', undefined, 'BRIDGE_UNREACHABLE'],
  'accept-grant': ['Alexa.Authorization', 'ErrorResponse', 'ACCEPT_GRANT_FAILED'],
  music: ['Alexa', 'ErrorResponse', 'BRIDGE_UNREACHABLE'],
  skill: ["I can't reach your home right now.", true],
  event: { version: '1.0', response: {} },
}

test('the handler is short, and needs no package', (t) => {
  const source = lambdaSource('https://home.example/directives')
  t.true(source.split('\n').length < 150)
  t.deepEqual(
    [...source.matchAll(/^import .* from '(.*)'$/gm)].map(([, from]) => from),
    ['node:crypto'],
  )
  t.true(source.includes('"https://home.example/directives"'))
})

for (const [kind, event] of Object.entries(EVENTS)) {
  test(`${kind}: what Alexa sends goes on as it is with its token, and the answer goes back as it is`, async (t) => {
    const seen: Json[] = []
    const answer = { event: { payload: { type: 'INVALID_AUTHORIZATION_CREDENTIAL' } } }
    const url = await serve(t, (request, response) => {
      seen.push([request.method, request.url, request.headers.authorization, JSON.parse(request.body)])
      response.end(JSON.stringify(answer))
    })
    const handler = await load(t, url)
    t.deepEqual(await handler(event), answer)
    t.deepEqual(seen, [['POST', '/directives', 'Bearer T-1', event]])
  })

  test(`${kind}: when nobody is there, that is told in its own form, and unlinks nobody`, async (t) => {
    const handler = await load(t, 'http://127.0.0.1:1/directives')
    const answer = await handler(event)
    t.deepEqual(UNREACHABLE[kind]?.(answer), EXPECTED[kind])
    t.notRegex(JSON.stringify(answer), /_AUTHORIZATION_CREDENTIAL|T-1/)
  })
}

const BROKEN: Record<string, Respond> = {
  'a page of a proxy': (_, response) => response.end('<html>502</html>'),
  'status 502': (_, response) => response.writeHead(502).end('{}'),
  'status 401': (_, response) => response.writeHead(401).end('{"error":"invalid_token"}'),
  'an empty answer': (_, response) => response.end(),
  'JSON that is no envelope': (_, response) => response.end('null'),
  'an answer that breaks off': (request, response) => {
    response.writeHead(200, { 'Content-Length': 100 })
    response.write('{"ev', () => request.socket.destroy())
  },
}

for (const [what, respond] of Object.entries(BROKEN)) {
  test(`${what} is nobody, too`, async (t) => {
    const handler = await load(t, await serve(t, respond))
    const { event } = await handler(EVENTS.directive)
    t.is(event.payload.type, 'BRIDGE_UNREACHABLE')
  })
}

test.serial('nothing of what came or was answered is logged, whatever somebody in between makes of it', async (t) => {
  const logged: unknown[] = []
  const { error } = console
  console.error = (...words: unknown[]) => logged.push(...words)
  t.teardown(() => {
    console.error = error
  })
  for (const answer of ['T-1 is no token', '[{"token":"T-1"}]', '<T-1>']) {
    const handler = await load(t, await serve(t, (_, response) => response.end(answer)))
    t.is((await handler(EVENTS.directive)).event.payload.type, 'BRIDGE_UNREACHABLE', answer)
  }
  t.is(logged.length, 9)
  t.false(JSON.stringify(logged.map(String)).includes('T-1'))
})

test('the token is sent to no other place that an answer names', async (t) => {
  const seen: unknown[] = []
  const elsewhere = await serve(t, (request, response) => {
    seen.push(request.headers)
    response.end('{}')
  })
  for (const status of [301, 302, 307, 308]) {
    const handler = await load(
      t,
      await serve(t, (_, response) => response.writeHead(status, { Location: elsewhere }).end()),
    )
    t.is((await handler(EVENTS.directive)).event.payload.type, 'BRIDGE_UNREACHABLE')
  }
  t.deepEqual(seen, [])
})

test('what is no token goes into no header, and an event that is none is answered', async (t) => {
  const seen: unknown[] = []
  const url = await serve(t, (request, response) => {
    seen.push(request.headers.authorization)
    response.end('{}')
  })
  const handler = await load(t, url)
  for (const token of ['a\r\nX-Remote-User-Id: 1', 7, '', 'ü']) {
    await handler({ directive: { header, endpoint: { scope: { token } } } })
  }
  for (const event of [null, undefined, 'text', [], { request: null }]) await handler(event)
  t.deepEqual(seen, Array(9).fill(undefined))
})
