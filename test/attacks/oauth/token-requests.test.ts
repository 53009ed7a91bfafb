import { request } from 'node:https'
import { gzipSync } from 'node:zlib'
import test from 'ava'
import { exactRequest, FORM, postExactToken } from '../../support/exact-request.ts'
import { startTestHouse, type TestHouse } from '../../support/gateway.ts'
import { alexaCredentials, link, refresh } from '../../support/linking.ts'

function refreshForm(house: TestHouse, token: string): string {
  const form = { grant_type: 'refresh_token', refresh_token: token, ...alexaCredentials(house) }
  return new URLSearchParams(form).toString()
}

test('41. a client secret is refused when it is wrong in its first letter, its last one, its length or its case', async (t) => {
  const house = await startTestHouse(t)
  const linked = await link(house)
  const { alexa, other } = house.secrets
  const flip = (letter: string | undefined) => (letter === 'A' ? 'B' : 'A')
  const wrong = [
    `${flip(alexa[0])}${alexa.slice(1)}`,
    `${alexa.slice(0, -1)}${flip(alexa.at(-1))}`,
    alexa.slice(1),
    alexa.slice(0, -1),
    `${alexa}A`,
    `${alexa}\0`,
    ` ${alexa}`,
    alexa.toLowerCase(),
    `${alexa}${alexa}`,
    other,
    'amazon-alexa',
    'undefined',
    'null',
    '',
    'x'.repeat(20_000),
  ]
  for (const client_secret of wrong) {
    const { status, json } = await refresh(house, linked.refresh, { client_secret })
    t.is(status, 401, client_secret)
    t.is(json.error, 'invalid_client')
    const basic = Buffer.from(`amazon-alexa:${encodeURIComponent(client_secret)}`).toString('base64')
    if (basic.length > 10_000) continue
    const body = `grant_type=refresh_token&refresh_token=${linked.refresh}`
    const answer = await postExactToken(house, body, { ...FORM, authorization: `Basic ${basic}` })
    t.is(answer.status, 401, client_secret)
    t.is(JSON.parse(answer.text).error, 'invalid_client')
  }
  t.is((await refresh(house, linked.refresh)).status, 200)
})

test('41. an unknown client and a wrong secret get the same answer', async (t) => {
  const house = await startTestHouse(t)
  const linked = await link(house)
  const unknown = await refresh(house, linked.refresh, { client_id: 'nobody' })
  const wrong = await refresh(house, linked.refresh, { client_secret: 'wrong' })
  t.is(unknown.status, 401)
  t.deepEqual(unknown.json, wrong.json)
  for (const client_id of ['__proto__', 'constructor', 'toString']) {
    for (const client_secret of ['', undefined, 'x']) {
      t.is((await refresh(house, linked.refresh, { client_id, client_secret })).status, 401)
    }
  }
})

test('41. a client secret of 1 MB is refused by its length, before it is there to be hashed', async (t) => {
  const house = await startTestHouse(t)
  const body = `grant_type=refresh_token&client_id=amazon-alexa&client_secret=${'x'.repeat(1 << 20)}`
  const status = await new Promise<number | undefined>((resolve, reject) => {
    const headers = { ...FORM, 'content-length': String(body.length) }
    const { port, ca } = house
    const sent = request({ host: 'localhost', port, ca, agent: false, method: 'POST', path: '/alexa/token', headers })
    sent.on('error', reject)
    sent.on('response', (response) => {
      resolve(response.statusCode)
      sent.destroy()
    })
    // Of the whole body not a byte more than this is ever sent.
    sent.write(body.slice(0, 100))
  })
  t.is(status, 413)
})

test('42. anything but POST at the token endpoint is 405, and gives nothing', async (t) => {
  const house = await startTestHouse(t)
  const linked = await link(house)
  const query = refreshForm(house, linked.refresh)
  for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']) {
    const { status, headers, text } = await exactRequest(house, { method, path: `/alexa/token?${query}` })
    t.is(status, 405, method)
    t.is(headers.allow, 'POST', method)
    t.is(headers['cache-control'], 'no-store', method)
    t.notRegex(text, /access_token/, method)
  }
})

test('42. what stands in the query of a token request is not read', async (t) => {
  const house = await startTestHouse(t)
  const linked = await link(house)
  const path = `/alexa/token?${refreshForm(house, linked.refresh)}`
  const { status } = await exactRequest(house, { method: 'POST', path, headers: FORM, body: '' })
  t.is(status, 401)
})

test('42. every answer of the token endpoint says that it must not be kept', async (t) => {
  const house = await startTestHouse(t)
  const linked = await link(house)
  const right = refreshForm(house, linked.refresh)
  const answers = {
    200: await postExactToken(house, right),
    400: await postExactToken(house, right.replace('refresh_token=', 'refresh_tokens=')),
    401: await postExactToken(house, right.replace('client_secret=', 'client_secret=x')),
    405: await exactRequest(house, { path: '/alexa/token' }),
    413: await postExactToken(house, 'x'.repeat(65 * 1024)),
    415: await postExactToken(house, gzipSync(right), { ...FORM, 'content-encoding': 'gzip' }),
  }
  for (const [status, answer] of Object.entries(answers)) {
    t.is(answer.status, Number(status))
    t.is(answer.headers['cache-control'], 'no-store', status)
    t.is(answer.headers.pragma, 'no-cache', status)
    t.is(answer.headers['content-type'], 'application/json', status)
  }
})

test('43. a body that is no form, is empty, is too large or is compressed gets a clear 4xx', async (t) => {
  const house = await startTestHouse(t)
  const linked = await link(house)
  const right = refreshForm(house, linked.refresh)
  const json = JSON.stringify(Object.fromEntries(new URLSearchParams(right)))
  const large = `${right}&padding=${'x'.repeat(65 * 1024)}`
  const chunked = { ...FORM, 'transfer-encoding': 'chunked' }
  const requests: [
    what: string,
    body: string | Buffer,
    headers: Record<string, string>,
    status: number,
    error: string,
  ][] = [
    ['JSON', json, { 'content-type': 'application/json' }, 400, 'invalid_request'],
    ['JSON that claims to be a form', json, FORM, 401, 'invalid_client'],
    ['no content type', right, {}, 400, 'invalid_request'],
    ['plain text', right, { 'content-type': 'text/plain' }, 400, 'invalid_request'],
    ['multipart', right, { 'content-type': 'multipart/form-data; boundary=x' }, 400, 'invalid_request'],
    ['two types', right, { 'content-type': 'text/plain, application/x-www-form-urlencoded' }, 400, 'invalid_request'],
    ['nothing', '', FORM, 401, 'invalid_client'],
    [
      'UTF-16',
      Buffer.from(right, 'utf16le'),
      { 'content-type': `${FORM['content-type']}; charset=utf-16` },
      401,
      'invalid_client',
    ],
    ['65 KB', large, FORM, 413, 'body_too_large'],
    ['65 KB in chunks', large, chunked, 413, 'body_too_large'],
    ['gzip', gzipSync(right), { ...FORM, 'content-encoding': 'gzip' }, 415, 'unsupported_body'],
    ['gzip in chunks', gzipSync(right), { ...chunked, 'content-encoding': 'gzip' }, 415, 'unsupported_body'],
  ]
  for (const [what, body, headers, status, error] of requests) {
    const answer = await postExactToken(house, body, headers).catch((failure: Error) => failure)
    if (answer instanceof Error) {
      t.fail(`${what}: ${answer.message}`)
      continue
    }
    t.is(answer.status, status, what)
    t.is(JSON.parse(answer.text).error, error, what)
    t.regex(JSON.parse(answer.text).error_description, /\.$/, what)
  }
  t.is((await refresh(house, linked.refresh)).status, 200, 'the gateway is still there')
})

test('43. a form may say its charset, in any case, and may come in chunks', async (t) => {
  const house = await startTestHouse(t)
  const linked = await link(house)
  const right = refreshForm(house, linked.refresh)
  for (const type of ['; charset=UTF-8', ';charset=utf-8', ' ; charset="utf-8"']) {
    const answer = await postExactToken(house, right, { 'content-type': `${FORM['content-type']}${type}` })
    t.is(answer.status, 200, type)
  }
  t.is((await postExactToken(house, right, { 'content-type': FORM['content-type'].toUpperCase() })).status, 200)
  t.is((await postExactToken(house, right, { ...FORM, 'transfer-encoding': 'chunked' })).status, 200)
})
