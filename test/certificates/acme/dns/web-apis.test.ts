import test, { type ExecutionContext } from 'ava'
import type { DnsSettings } from '../../../../src/certificates/acme/dns/dns-settings.ts'
import { openDnsRecords } from '../../../../src/certificates/acme/dns/open-dns-records.ts'
import { startCloudflare } from '../../../support/acme/cloudflare.ts'
import { testEnvironment } from '../../../support/environment.ts'
import { freePort } from '../../../support/free-port.ts'
import { startWebServer, type WebRequest } from '../../../support/web-server.ts'

const NAME = '_acme-challenge.music.example.org'
const TOKEN = 'the-token-of-a-test'

function recordsBy(t: ExecutionContext, settings: DnsSettings, api?: { cloudflare?: string; duckdns?: string }) {
  return openDnsRecords(settings, { ...testEnvironment(), warn: (sentence) => t.fail(sentence), ...(api && { api }) })
}

test('a webhook gets what is to be done as JSON, with the token', async (t) => {
  const seen: WebRequest[] = []
  const url = await startWebServer(t, (request) => {
    seen.push(request)
    return { status: 204 }
  })
  const records = recordsBy(t, { by: 'webhook', url: `${url}/dns?zone=1`, token: TOKEN, wait: 0 })
  await records.set(NAME, 'value')
  await records.remove(NAME, 'value')
  t.deepEqual(
    seen.map(({ method, path, headers, body }) => [
      method,
      path,
      headers.authorization,
      headers['content-type'],
      JSON.parse(body),
    ]),
    ['set', 'remove'].map((action) => [
      ...['POST', '/dns?zone=1', `Bearer ${TOKEN}`, 'application/json'],
      { action, name: NAME, value: 'value' },
    ]),
  )
})

test('a webhook without a token gets none', async (t) => {
  const url = await startWebServer(t, ({ headers }) => ({ status: headers.authorization === undefined ? 200 : 400 }))
  await t.notThrowsAsync(recordsBy(t, { by: 'webhook', url, wait: 0 }).set(NAME, 'value'))
})

test('what a webhook refuses is told with what it said, without the token that it repeats', async (t) => {
  const url = await startWebServer(t, ({ headers }) => ({ status: 401, body: `who is\n${headers.authorization}?` }))
  await t.throwsAsync(recordsBy(t, { by: 'webhook', url, token: TOKEN, wait: 0 }).set(NAME, 'value'), {
    code: 'dns_failed',
    message: `The webhook at ${new URL(url).host}: it answered set of ${NAME} with 401 and said "who is Bearer [hidden]?". Is dns.token the one that it wants?`,
  })
})

test('a webhook that redirects is not followed, for the token is for one server', async (t) => {
  let elsewhere = 0
  const other = await startWebServer(t, () => {
    elsewhere++
    return { status: 200 }
  })
  const url = await startWebServer(t, () => ({ status: 307, headers: { Location: other } }))
  await t.throwsAsync(recordsBy(t, { by: 'webhook', url, token: TOKEN, wait: 0 }).set(NAME, 'value'), {
    message: /with 307 and said nothing\. Put the address that it redirects to into dns\.url/,
  })
  t.is(elsewhere, 0)
})

test('a webhook that nobody answers at is told with its address', async (t) => {
  const url = `http://127.0.0.1:${await freePort()}`
  await t.throwsAsync(recordsBy(t, { by: 'webhook', url, token: TOKEN, wait: 0 }).set(NAME, 'value'), {
    code: 'dns_failed',
    message: `The webhook at ${new URL(url).host}: it can't be reached (ECONNREFUSED). Can this machine reach ${url}?`,
  })
})

test('at Cloudflare values stand side by side in the nearest zone, and each is removed by its id', async (t) => {
  const cloudflare = await startCloudflare(t, { token: TOKEN, zones: ['example.org', 'other.org'] })
  const records = recordsBy(t, { by: 'cloudflare', token: TOKEN, wait: 0 }, { cloudflare: cloudflare.url })
  cloudflare.add('example.org', { type: 'TXT', name: NAME, content: 'of somebody else' })
  await records.set(NAME, 'first')
  await records.set(NAME, 'first')
  await records.set(NAME, 'second')
  t.deepEqual(cloudflare.contents(NAME), ['of somebody else', '"first"', '"second"'])
  await records.remove(NAME, 'first')
  await records.remove(NAME, 'first')
  t.deepEqual(cloudflare.contents(NAME), ['of somebody else', '"second"'])
  await records.remove(NAME, 'second')
  t.deepEqual(cloudflare.contents(NAME), ['of somebody else'])
})

test('a token that Cloudflare refuses, or that may not see the zone, is told with the rights that it needs', async (t) => {
  const cloudflare = await startCloudflare(t, { token: TOKEN, zones: ['example.org'] })
  const wrong = recordsBy(t, { by: 'cloudflare', token: 'another-token', wait: 0 }, { cloudflare: cloudflare.url })
  await t.throwsAsync(wrong.set(NAME, 'x'), {
    code: 'dns_failed',
    message:
      /^Cloudflare: it refused to look up the zone \S+ with 403 and said "Authentication error \(10000\)"\. Give the token Zone\.DNS: Edit and Zone\.Zone: Read/,
  })
  const records = recordsBy(t, { by: 'cloudflare', token: TOKEN, wait: 0 }, { cloudflare: cloudflare.url })
  await t.throwsAsync(records.set('_acme-challenge.elsewhere.net', 'x'), {
    message: /^Cloudflare: no zone that this token may see has _acme-challenge\.elsewhere\.net in it\. Give the token/,
  })
})

test('Cloudflare out of order, or asking to wait, is told as that', async (t) => {
  const page = await startWebServer(t, () => ({ status: 502, body: '<html>Bad gateway</html>' }))
  const settings: DnsSettings = { by: 'cloudflare', token: TOKEN, wait: 0 }
  await t.throwsAsync(recordsBy(t, settings, { cloudflare: page }).set(NAME, 'x'), {
    message: 'Cloudflare: it answered with 502 and "<html>Bad gateway</html>". It is out of order: try later.',
  })
  const limited = await startWebServer(t, () => ({
    ...{ status: 429, headers: { 'Retry-After': '17' } },
    body: JSON.stringify({ success: false, errors: [{ code: 971, message: 'Please wait' }], result: null }),
  }))
  await t.throwsAsync(recordsBy(t, settings, { cloudflare: limited }).set(NAME, 'x'), {
    message: /with 429 and said "Please wait \(971\)"\. It wants fewer requests: try again in 17 s\.$/,
  })
})

/** As DuckDNS is: one text for a name and all below it. */
async function startDuckdns(t: ExecutionContext, texts: Map<string, string>) {
  return startWebServer(t, ({ path }) => {
    const { pathname, searchParams } = new URL(path, 'http://duckdns.test')
    const [domain = '', txt = ''] = [searchParams.get('domains') ?? '', searchParams.get('txt') ?? '']
    if (pathname !== '/update' || searchParams.get('token') !== TOKEN || domain !== 'home')
      return { status: 200, body: 'KO' }
    if (searchParams.get('clear') === 'true') texts.delete(domain)
    else texts.set(domain, txt)
    return { status: 200, body: 'OK' }
  })
}

test('at DuckDNS the text of the name itself is set, also for a name below it, and cleared', async (t) => {
  const texts = new Map<string, string>()
  const duckdns = await startDuckdns(t, texts)
  const records = recordsBy(t, { by: 'duckdns', token: TOKEN, wait: 0 }, { duckdns })
  await records.set('_acme-challenge.music.home.duckdns.org', 'first')
  t.deepEqual([...texts], [['home', 'first']])
  await records.remove('_acme-challenge.music.home.duckdns.org', 'another')
  t.deepEqual([...texts], [['home', 'first']])
  await records.remove('_acme-challenge.music.home.duckdns.org', 'first')
  t.deepEqual([...texts], [])
  await records.set('_acme-challenge.home.duckdns.org', 'second')
  t.deepEqual([...texts], [['home', 'second']])
})

test('a second value at DuckDNS, which would take the place of the first, is refused', async (t) => {
  const texts = new Map<string, string>()
  const duckdns = await startDuckdns(t, texts)
  const records = recordsBy(t, { by: 'duckdns', token: TOKEN, wait: 0 }, { duckdns })
  await records.set('_acme-challenge.home.duckdns.org', 'first')
  await t.throwsAsync(records.set('_acme-challenge.home.duckdns.org', 'second'), {
    code: 'dns_failed',
    message:
      /^DuckDNS: home\.duckdns\.org can have only one value at a time\. Leave one of the names out of tls\.names/,
  })
  t.deepEqual([...texts], [['home', 'first']])
})

test('what an earlier process has left at DuckDNS is cleared', async (t) => {
  const texts = new Map([['home', 'left behind']])
  const duckdns = await startDuckdns(t, texts)
  const records = recordsBy(t, { by: 'duckdns', token: TOKEN, wait: 0 }, { duckdns })
  await records.remove('_acme-challenge.home.duckdns.org', 'left behind')
  t.deepEqual([...texts], [])
})

test('a token that DuckDNS refuses, and a name that it does not have, are told, without the token', async (t) => {
  const duckdns = await startDuckdns(t, new Map())
  const wrong = recordsBy(t, { by: 'duckdns', token: 'another-token', wait: 0 }, { duckdns })
  const error = await t.throwsAsync(wrong.set('_acme-challenge.home.duckdns.org', 'x'), {
    code: 'dns_failed',
    message:
      /^DuckDNS: it answered with 200 and said "KO"\. Is dns\.token the one that .* home\.duckdns\.org belongs\?$/,
  })
  t.false(error?.message.includes('another-token'))
  const records = recordsBy(t, { by: 'duckdns', token: TOKEN, wait: 0 }, { duckdns })
  for (const name of [NAME, '_acme-challenge.duckdns.org'])
    await t.throwsAsync(records.set(name, 'x'), { message: /is no name of DuckDNS\. It has only names that end in/ })
})

test('that DuckDNS cannot be reached is told without the token, which is in the URL', async (t) => {
  const duckdns = `http://127.0.0.1:${await freePort()}`
  const error = await t.throwsAsync(
    recordsBy(t, { by: 'duckdns', token: TOKEN, wait: 0 }, { duckdns }).set('_acme-challenge.home.duckdns.org', 'x'),
    { message: /^DuckDNS: it can't be reached \(ECONNREFUSED\)/ },
  )
  t.false(error?.message.includes(TOKEN))
})
