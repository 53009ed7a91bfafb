import test from 'ava'
import { checkRedirectUri } from '../../../src/oauth/checks/check-redirect-uri.ts'
import { Parameters } from '../../../src/oauth/checks/parameters.ts'
import type { RegisteredClient } from '../../../src/oauth/clients/clients.ts'
import { CLIENT, PUBLIC_CLIENT } from '../../support/grants.ts'

const asked = (uri: string) => new Parameters(`redirect_uri=${encodeURIComponent(uri)}`)

/** Whether a client that has registered these URIs may be answered at another one. */
function accepts(client: RegisteredClient, registered: string[], uri: string): boolean {
  try {
    return checkRedirectUri({ ...client, redirect_uris: registered }, asked(uri)) === uri
  } catch {
    return false
  }
}

test('one that is left out is the only one that is registered, unless its port is chosen each time', (t) => {
  const leftOut = (client: RegisteredClient, redirect_uris: string[]) =>
    checkRedirectUri({ ...client, redirect_uris }, new Parameters('redirect_uri='))
  const missing = { code: 'invalid_request', message: 'The parameter redirect_uri is missing.' }
  for (const uri of ['https://client.example/back', 'com.example.app:/callback']) {
    t.is(leftOut(PUBLIC_CLIENT, [uri]), uri)
    t.throws(() => leftOut(PUBLIC_CLIENT, [uri, `${uri}2`]), missing)
  }
  t.is(leftOut(CLIENT, ['http://127.0.0.1:3000/back']), 'http://127.0.0.1:3000/back')
  for (const host of HOSTS) t.throws(() => leftOut(PUBLIC_CLIENT, [`http://${host}:3000/back`]), missing)
  t.throws(() => leftOut(CLIENT, []), missing)
  const documented = { ...PUBLIC_CLIENT, documented: true as const }
  t.throws(() => leftOut(documented, ['https://client.example/back']), missing, 'a document may change meanwhile')
})

const HOSTS = ['127.0.0.1', '[::1]', 'localhost']

for (const host of HOSTS) {
  const registered = [`http://${host}/callback`]

  test(`a public client at ${host} may take any port`, (t) => {
    for (const port of ['', ':1', ':80', ':8080', ':49152', ':65535']) {
      t.true(accepts(PUBLIC_CLIENT, registered, `http://${host}${port}/callback`), port)
      t.true(accepts(PUBLIC_CLIENT, [`http://${host}:3000/callback`], `http://${host}${port}/callback`), port)
    }
  })

  test(`what is no port is refused at ${host}`, (t) => {
    const odd = [
      ':0',
      ':00',
      ':012',
      ':080',
      ':65536',
      ':99999',
      ':100000',
      ':',
      ':-1',
      ':+80',
      ':8 0',
      ':8e3',
      ':0x50',
    ]
    for (const port of [...odd, ':80:80', ':٣', ':80@evil.example', ':80\n']) {
      t.false(accepts(PUBLIC_CLIENT, registered, `http://${host}${port}/callback`), port)
    }
  })

  test(`a confidential client at ${host} has the port that it registered`, (t) => {
    t.true(accepts(CLIENT, [`http://${host}:3000/callback`], `http://${host}:3000/callback`))
    for (const port of ['', ':1', ':3001', ':03000']) {
      t.false(accepts(CLIENT, [`http://${host}:3000/callback`], `http://${host}${port}/callback`), port)
    }
    t.false(accepts(CLIENT, registered, `http://${host}:3000/callback`))
  })
}

test('with another port, all else is compared letter by letter: path, query and fragment', (t) => {
  const registered = ['http://127.0.0.1/callback?a=b']
  t.true(accepts(PUBLIC_CLIENT, registered, 'http://127.0.0.1:5000/callback?a=b'))
  const others = [
    '/callback',
    '/callback?a=c',
    '/callback?a=b&c=d',
    '/callback?a=b#',
    '/callback?a=b#x',
    '/callback/?a=b',
    '/Callback?a=b',
    '/callback%3Fa=b',
    '/%63allback?a=b',
    '//callback?a=b',
    '/x/../callback?a=b',
    '/callback?a=b\n',
    '/callback?a=b\nx',
    '\\callback?a=b',
    '?a=b',
    '#/callback?a=b',
    '',
  ]
  for (const rest of others) t.false(accepts(PUBLIC_CLIENT, registered, `http://127.0.0.1:5000${rest}`), rest)
})

test('a loopback address without a path has any port too, and no path', (t) => {
  t.true(accepts(PUBLIC_CLIENT, ['http://localhost'], 'http://localhost:5000'))
  t.false(accepts(PUBLIC_CLIENT, ['http://localhost'], 'http://localhost:5000/'))
  t.false(accepts(PUBLIC_CLIENT, ['http://localhost/'], 'http://localhost:5000'))
})

test('one loopback host is not another, and nothing else is one', (t) => {
  const others = [
    'http://127.0.0.2:5000',
    'http://127.1:5000',
    'http://2130706433:5000',
    'http://0x7f000001:5000',
    'http://0.0.0.0:5000',
    'http://[::]:5000',
    'http://[0:0:0:0:0:0:0:1]:5000',
    'http://[::ffff:127.0.0.1]:5000',
    'http://LOCALHOST:5000',
    'http://localhost.:5000',
    'http://localhost.evil.example:5000',
    'http://127.0.0.1.evil.example:5000',
    'http://evil.example:5000',
    'http://user@127.0.0.1:5000',
    'http://127.0.0.1@evil.example:5000',
    'http://127.0.0.1:5000@evil.example',
    'https://127.0.0.1:5000',
    'HTTP://127.0.0.1:5000',
    '//127.0.0.1:5000',
    ' http://127.0.0.1:5000',
    'x\nhttp://127.0.0.1:5000',
  ]
  for (const host of HOSTS) {
    const registered = [`http://${host}/callback`]
    const rest = HOSTS.filter((other) => other !== host).map((other) => `http://${other}:5000`)
    for (const origin of [...others, ...rest]) t.false(accepts(PUBLIC_CLIENT, registered, `${origin}/callback`), origin)
  }
})

test('only loopback addresses take another port', (t) => {
  for (const own of ['https://app.example/callback', 'https://127.0.0.1/callback', 'com.example.app:/callback']) {
    t.true(accepts(PUBLIC_CLIENT, [own], own))
    t.false(accepts(PUBLIC_CLIENT, [own], own.replace(/(:\/\/[^/]+|:)\//, '$1:5000/')), own)
    t.false(accepts(PUBLIC_CLIENT, [own], 'http://127.0.0.1:5000/callback'), own)
  }
})
