import { setImmediate } from 'node:timers/promises'
import test from 'ava'
import { type ChainsOptions, openChains } from '../../../src/alexa/signatures/chains.ts'
import { trustedRoots } from '../../../src/alexa/signatures/trusted-roots.ts'
import { GatewayError } from '../../../src/http/gateway-error.ts'
import { DAY_MS, makeAmazon } from '../../support/alexa-signing.ts'
import { isRefused } from '../../support/refused.ts'

const amazon = makeAmazon()
const NOW = Date.now()
const at = (name: string) => new URL(`https://s3.amazonaws.com/echo.api/${name}.pem`)

/** Chains of a server whose answers a test gives when it likes. */
function open(options: Partial<ChainsOptions> = {}) {
  let passed = 0
  const fetched: { url: string; answer: (pem: string) => void; fail: (error: Error) => void }[] = []
  const keyAt = openChains({
    fetchChain: ({ href: url }) =>
      new Promise((answer, fail) => {
        fetched.push({ url, answer, fail })
      }),
    roots: trustedRoots([amazon.root.pem]),
    now: () => NOW + passed,
    monotonic: () => passed,
    ...options,
  })
  const advance = (milliseconds: number) => {
    passed += milliseconds
  }
  return { keyAt, fetched, advance }
}

const unavailable = () => new GatewayError('chain_unavailable', 'it hangs')

test('a cache miss is fetched, a cache hit is not', async (t) => {
  const { keyAt, fetched } = open()
  const first = keyAt(at('a'))
  fetched[0]!.answer(amazon.chain)
  const { key } = await first
  t.is((await keyAt(at('a'))).key, key)
  t.is(fetched.length, 1)
})

test('a hundred requests at once make one fetch', async (t) => {
  const { keyAt, fetched } = open()
  const asked = Array.from({ length: 100 }, () => keyAt(at('a')))
  t.is(fetched.length, 1)
  fetched[0]!.answer(amazon.chain)
  const keys = await Promise.all(asked)
  t.is(new Set(keys).size, 1)
})

test('a chain is not used beyond its end, however fresh it is', async (t) => {
  const short = makeAmazon({ until: NOW + DAY_MS / 2 })
  const { keyAt, fetched, advance } = open({ roots: trustedRoots([short.root.pem]) })
  const first = keyAt(at('a'))
  fetched[0]!.answer(short.chain)
  await first
  advance(DAY_MS / 2 + 1000)
  const second = keyAt(at('a'))
  t.is(fetched.length, 2)
  fetched[1]!.answer(short.chain)
  await isRefused(t, 'certificate-expired', () => second)
})

test('after a day a chain is fetched anew, and meanwhile the one that is there is used', async (t) => {
  const { keyAt, fetched, advance } = open()
  const first = keyAt(at('a'))
  fetched[0]!.answer(amazon.chain)
  const signing = await first
  advance(DAY_MS)
  t.is(keyAt(at('a')), signing, 'nobody waits')
  t.is(keyAt(at('a')), signing)
  t.is(fetched.length, 2)
  fetched[1]!.fail(unavailable())
  await setImmediate()
  t.is(keyAt(at('a')), signing, 'what cannot be fetched changes nothing')
})

test('one that is gone after a day is no longer used', async (t) => {
  const { keyAt, fetched, advance } = open()
  const first = keyAt(at('a'))
  fetched[0]!.answer(amazon.chain)
  await first
  advance(DAY_MS)
  keyAt(at('a'))
  fetched[1]!.answer('gone')
  await setImmediate()
  await isRefused(t, 'chain-malformed', () => keyAt(at('a')))
})

test('what was refused is not fetched again for a minute, what could not be had for five seconds', async (t) => {
  const { keyAt, fetched, advance } = open()
  const bad = keyAt(at('bad'))
  fetched[0]!.answer('garbage')
  await isRefused(t, 'chain-malformed', () => bad)
  const down = keyAt(at('down'))
  fetched[1]!.fail(unavailable())
  await isRefused(t, 'chain_unavailable', () => down)
  advance(4999)
  await isRefused(t, 'chain-malformed', () => keyAt(at('bad')))
  await isRefused(t, 'chain_unavailable', () => keyAt(at('down')))
  t.is(fetched.length, 2)
  advance(1)
  void keyAt(at('down'))
  t.is(fetched.length, 3)
  advance(54_999)
  await isRefused(t, 'chain-malformed', () => keyAt(at('bad')))
  advance(1)
  void keyAt(at('bad'))
  t.is(fetched.length, 4)
})

test('four are fetched at once, and no more', async (t) => {
  const { keyAt, fetched } = open()
  for (const name of ['a', 'b', 'c', 'd']) void keyAt(at(name))
  await isRefused(t, 'chain_unavailable', () => keyAt(at('e')))
  t.is(fetched.length, 4)
})

test('whoever makes addresses up has twenty fetched, and then one in three seconds; the real one stays', async (t) => {
  const asked: string[] = []
  const { keyAt, advance } = open({
    async fetchChain({ pathname }) {
      asked.push(pathname)
      return pathname.endsWith('/real.pem') ? amazon.chain : 'garbage'
    },
  })
  await keyAt(at('real'))
  for (let i = 0; i < 1000; i++) await t.throwsAsync(async () => keyAt(at(`made-up-${i}`)))
  t.is(asked.length, 20)
  advance(3000)
  for (let i = 0; i < 10; i++) await t.throwsAsync(async () => keyAt(at(`later-${i}`)))
  t.is(asked.length, 21)
  t.truthy(await keyAt(at('real')), 'it is remembered')
  t.is(asked.length, 21)
})

test('a chain that has expired is fetched anew at its address, whatever strangers have had fetched', async (t) => {
  const asked: string[] = []
  const short = makeAmazon({ until: NOW + DAY_MS / 2 })
  const { keyAt, advance } = open({
    roots: trustedRoots([short.root.pem]),
    async fetchChain({ pathname }) {
      asked.push(pathname)
      return pathname.endsWith('/real.pem') ? short.chain : 'garbage'
    },
  })
  await keyAt(at('real'))
  advance(DAY_MS / 2 + 1000)
  for (let i = 0; i < 30; i++) await t.throwsAsync(async () => keyAt(at(`made-up-${i}`)))
  const before = asked.length
  await isRefused(t, 'certificate-expired', () => keyAt(at('real')))
  t.is(asked.length, before + 1)
})

test('a gateway that starts amid strangers gets the real chain: its name is one of few, which none of them uses up', async (t) => {
  const asked: string[] = []
  const { keyAt } = open({
    async fetchChain({ pathname }) {
      asked.push(pathname)
      return pathname.endsWith('/echo-api-cert-13.pem') ? amazon.chain : 'garbage'
    },
  })
  for (let i = 0; i < 1000; i++) await t.throwsAsync(async () => keyAt(at(`made-up-${i}`)))
  t.is(asked.length, 20)
  t.truthy(await keyAt(at('echo-api-cert-13')))
  for (let round = 0; round < 2; round++)
    for (let i = 0; i < 1000; i++)
      for (const name of [`echo-api-cert-${i}`, `echo-api-cert-${i}-ats`, `echo-api-cert-0${i}`])
        if (name !== 'echo-api-cert-13') await t.throwsAsync(async () => keyAt(at(name)))
  t.is(asked.length, 20 + 200, 'each of these names is fetched once a minute at the most')
})

test('strangers whose fetches hang keep no place from the real chain', async (t) => {
  const { keyAt, fetched } = open()
  for (const name of ['a', 'b', 'c', 'd']) void keyAt(at(name))
  const real = keyAt(at('echo-api-cert-13'))
  t.is(fetched.length, 5)
  fetched[4]!.answer(amazon.chain)
  t.truthy(await real)
})
