import test from 'ava'
import { introduceClient } from '../../../src/oauth/consent/introduce-client.ts'

const backTo = (uri: string) => introduceClient({ id: 'app' }, uri).backTo

test('a host is named as browsers write it, so that one with letters that look like others shows', (t) => {
  t.deepEqual(backTo('https://claude.ai/back'), { kind: 'host', host: 'claude.ai' })
  t.deepEqual(backTo('https://CLAUDE.ai:8443/back'), { kind: 'host', host: 'claude.ai:8443' })
  t.deepEqual(backTo('https://сlaude.ai/back'), { kind: 'host', host: 'xn--laude-0ye.ai' })
})

test('what goes to a loopback address goes to a program of this very device, and nothing else does', (t) => {
  for (const uri of ['http://localhost/', 'http://127.0.0.1:80/x', 'http://[::1]:8080/x', 'https://localhost:41234/x'])
    t.deepEqual(backTo(uri), { kind: 'program' }, uri)
  for (const host of ['localhost.example', '127.0.0.1.example', 'my-localhost'])
    t.deepEqual(backTo(`https://${host}/`), { kind: 'host', host })
})

test('an app is called by its own scheme, as it is registered', (t) => {
  for (const uri of ['cursor://anysphere.cursor-mcp/oauth/callback', 'com.example.app:/callback'])
    t.deepEqual(backTo(uri), { kind: 'app', uri })
})

test('for a name nobody answers, a host, or whoever configured it; a device is sent nowhere', (t) => {
  t.deepEqual(introduceClient({ id: 'app', selfRegistered: true }, undefined), {
    vouchedBy: 'nobody',
    backTo: undefined,
  })
  const byDocument = introduceClient({ id: 'https://claude.ai/oauth/metadata', documented: true }, undefined)
  t.deepEqual(byDocument.vouchedBy, { host: 'claude.ai' })
  t.is(introduceClient({ id: 'app' }, undefined).vouchedBy, undefined)
})
