import test, { type ExecutionContext } from 'ava'
import type { OpenResolver } from '../../../../src/certificates/acme/dns/authoritative-servers.ts'
import { waitUntilSeen } from '../../../../src/certificates/acme/dns/wait-until-seen.ts'
import { testEnvironment } from '../../../support/environment.ts'

const NAME = '_acme-challenge.music.example.org'

/** What each server says of a name, by its address: texts, an alias, or nothing at all. */
interface World {
  /** By zone: names of servers. */
  zones: Record<string, string[]>
  /** By name of a server. */
  addresses: Record<string, string[]>
  /** Looked at anew each time. @param look how often somebody has looked before. */
  at: (address: string, name: string, look: number) => { texts?: string[]; alias?: string } | 'silent'
}

const TWO_SERVERS = {
  zones: { 'example.org': ['ns1', 'ns2'] },
  addresses: { ns1: ['192.0.2.1'], ns2: ['192.0.2.2', '2001:db8::2'] },
}

async function wait(t: ExecutionContext, { zones, addresses, at }: World, seconds = 120) {
  const { monotonic, advance } = testEnvironment()
  const warnings: string[] = []
  let looks = 0
  const none = (code: string) => Promise.reject(Object.assign(new Error(code), { code }))
  const open: OpenResolver = (servers) => {
    const said = (name: string) => at(servers?.[0] ?? '', name, looks)
    return {
      resolveNs: async (name: string) => zones[name] ?? none('ENODATA'),
      resolve4: async (name: string) => addresses[name]?.filter((one) => !one.includes(':')) ?? none('ENOTFOUND'),
      resolve6: async (name: string) => addresses[name]?.filter((one) => one.includes(':')) ?? none('ENOTFOUND'),
      resolveTxt: async (name: string) => {
        const answer = said(name)
        if (answer === 'silent') return none('ETIMEOUT')
        // Longer texts come in more than one piece.
        return answer.texts ? answer.texts.map((text) => [text.slice(0, 2), text.slice(2)]) : none('ENODATA')
      },
      resolveCname: async (name: string) => {
        const answer = said(name)
        return answer !== 'silent' && answer.alias ? [answer.alias] : none('ENODATA')
      },
    } as ReturnType<OpenResolver>
  }
  const sleep = async (milliseconds: number) => {
    looks++
    t.true(looks < 1000)
    advance(milliseconds)
  }
  const warn = (sentence: string) => warnings.push(sentence)
  await waitUntilSeen({ name: NAME, value: 'value', wait: seconds }, { open, monotonic, sleep, warn })
  return { warnings, looks, tookMs: monotonic() }
}

test('what all servers of the zone have at once is waited for no longer', async (t) => {
  const { warnings, tookMs } = await wait(t, { ...TWO_SERVERS, at: () => ({ texts: ['other', 'value'] }) })
  t.deepEqual([warnings, tookMs], [[], 0])
})

test('it waits until the last server has it', async (t) => {
  const at: World['at'] = (address, _, look) => ({
    texts: address === '192.0.2.1' || look >= 5 ? ['value'] : ['other'],
  })
  const { warnings, looks } = await wait(t, { ...TWO_SERVERS, at })
  t.deepEqual([warnings, looks], [[], 5])
})

test('what is never seen is waited for as long as is said, and then it goes on with a warning', async (t) => {
  const { warnings, tookMs } = await wait(t, { ...TWO_SERVERS, at: () => ({ texts: ['other'] }) }, 7)
  t.is(tookMs, 7000)
  t.deepEqual(warnings, [
    `The record ${NAME} was not seen at all servers of its zone (within dns.wait, 7 s): the CA is asked to look all the same.`,
  ])
})

test('a server that does not answer, or one of its addresses, is not waited for', async (t) => {
  const half: World['at'] = (address) => (address === '192.0.2.1' ? { texts: ['value'] } : 'silent')
  t.is((await wait(t, { ...TWO_SERVERS, at: half })).tookMs, 0)
  const other: World['at'] = (address) => (address === '2001:db8::2' ? { texts: [] } : 'silent')
  t.is((await wait(t, { ...TWO_SERVERS, at: other }, 5)).tookMs, 5000)
})

test('where no server answers, or none is known, the warning says so', async (t) => {
  const silent = await wait(t, { ...TWO_SERVERS, at: () => 'silent' }, 3)
  t.regex(silent.warnings[0] ?? '', /no server of its zone answers here \(is port 53 closed/)
  const unknown = await wait(t, { zones: {}, addresses: {}, at: () => 'silent' }, 3)
  t.regex(unknown.warnings[0] ?? '', /the servers of its zone could not be found out/)
})

test('with wait: 0 nobody is asked', async (t) => {
  const { warnings, looks } = await wait(t, { ...TWO_SERVERS, at: () => t.fail() as never }, 0)
  t.deepEqual([warnings, looks], [[], 0])
})

test('where the name stands for one in another zone, the servers of that zone are asked', async (t) => {
  const alias = 'challenges.example.net'
  const at: World['at'] = (address, name) => {
    if (name === NAME) return { alias }
    return address === '192.0.2.9' && name === alias ? { texts: ['value'] } : {}
  }
  const zones = { ...TWO_SERVERS.zones, 'example.net': ['ns9'] }
  const addresses = { ...TWO_SERVERS.addresses, ns9: ['192.0.2.9'] }
  t.is((await wait(t, { zones, addresses, at })).tookMs, 0)
})

test('names that stand for one another in a circle end the looking, not the process', async (t) => {
  const { warnings } = await wait(t, { ...TWO_SERVERS, at: () => ({ alias: NAME }) }, 3)
  t.is(warnings.length, 1)
})
