import test from 'ava'
import { identityHeaders } from '../../../src/config/schema.ts'
import { headerNames } from '../../../src/gateway/headers/header-names.ts'

const OTHERS = { user_id: 'X-A', user_name: 'X-B', display_name: 'Remote-C', client_id: 'X-D-E', scopes: 'X-F' }
const fateOf = (name: string, names = OTHERS) => headerNames(names)(name).fate

test('the names of the identity are removed, those of the configuration and the defaults besides', (t) => {
  for (const name of [...Object.values(OTHERS), ...Object.values(identityHeaders.parse({}))])
    for (const spelling of [name, name.toLowerCase(), name.replaceAll('-', '_'), name.replaceAll('-', '.')])
      t.is(fateOf(spelling), 'removed', spelling)
})

test('a guarded name is removed with _ and . in it, and refused with any other punctuation', (t) => {
  for (const name of ['X-D-E', 'X-Forwarded-For', 'X_Forwarded.For', 'X.Ingress-Path', 'Proxy_Authorization'])
    t.is(fateOf(name), 'removed', name)
  for (const name of ['X~D-E', 'X-D!E', 'X_D~E', 'X*Forwarded_For', "x'ingress`path", 'Keep+Alive', 'X^Original|URL'])
    t.is(fateOf(name), 'refused', name)
})

test('what frames a request has one spelling', (t) => {
  for (const name of ['Content-Length', 'content-length']) t.is(fateOf(name), 'passed')
  for (const name of ['Transfer-Encoding', 'Host', 'Connection', 'Authorization']) t.is(fateOf(name), 'removed')
  for (const name of ['Content_Length', 'content.length', 'Content~Length', 'Transfer_Encoding', 'Transfer#Encoding'])
    t.is(fateOf(name), 'refused', name)
})

test('a name that is not quite a guarded one is passed on, whatever it is made of', (t) => {
  for (const name of ['X-Forwarde', 'X-Remote', 'Remote', 'X-Original', 'X~Mine', 'X-D-E-F', 'XForwardedFor', 'Proxys'])
    t.is(fateOf(name), 'passed', name)
})

test('what is known of a name is the same the second time, and after thousands of others', (t) => {
  const read = headerNames(OTHERS)
  const first = read('X-d-E')
  t.deepEqual(first, { lower: 'x-d-e', canonical: 'x-d-e', fate: 'removed' })
  t.is(read('X-d-E'), first)
  for (let i = 0; i < 5000; i++) t.is(read(`X-Made-Up-${i}`).fate, 'passed')
  t.deepEqual(read('X-d-E'), first)
  t.deepEqual(read(`x~${'d'.repeat(100)}`), {
    lower: `x~${'d'.repeat(100)}`,
    canonical: `x-${'d'.repeat(100)}`,
    fate: 'passed',
  })
})
