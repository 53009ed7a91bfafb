import { randomBytes } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { openCertificateKeeper } from '../../../src/app/certificates/keep-certificates.ts'
import { isMeantBy } from '../../../src/app/certificates/renew-source.ts'
import { tellRenewals } from '../../../src/app/certificates/tell-renewals.ts'
import type { WantedCertificates } from '../../../src/app/certificates/wanted-certificates.ts'
import { CertificateError } from '../../../src/certificates/certificate-error.ts'
import type { CertificateSource } from '../../../src/certificates/certificate-source.ts'
import { openCertificateStore } from '../../../src/certificates/certificate-store.ts'
import { localCertificate } from '../../../src/certificates/local/local-certificate.ts'
import type { ServerCertificate } from '../../../src/certificates/server-certificate.ts'
import { copied, get, NAMES, NOW, original, removeAll } from '../../support/certificates.ts'

test.after.always(removeAll)

const LOCAL: WantedCertificates = {
  name: 'local',
  names: NAMES,
  settings: { source: 'local', directory: original },
}
const FILES: WantedCertificates = {
  name: 'files music.example.org',
  names: ['music.example.org'],
  settings: { source: 'files', certificate: '/there/fullchain.pem' },
}

/** Those of the folder, which another set of the same names takes the place of when it is renewed. */
async function openKeeper(t: ExecutionContext, renew: () => Promise<void>, more: Partial<CertificateSource> = {}) {
  const brought = [await get(original)]
  const pushed: string[] = []
  const store = openCertificateStore({ now: () => NOW })
  const sources: Record<string, CertificateSource> = {
    local: { files: [], load: async () => [...brought], renew, ...more },
    'files music.example.org': { files: [], load: async () => [] },
  }
  const keeper = openCertificateKeeper({
    store: {
      ...store,
      push(name, certificates) {
        pushed.push(name)
        store.push(name, certificates)
      },
    },
    open: ({ name }) => sources[name] as CertificateSource,
    log: { info: () => {}, warn: () => {}, error: () => {} },
    now: () => NOW,
  } as Parameters<typeof openCertificateKeeper>[0])
  const prepared = await keeper.prepare([LOCAL, FILES])
  prepared.commit()
  t.is(pushed.length, 0)
  return { keeper, brought, pushed, store }
}

/** Another certificate, of the same CA. */
async function another(): Promise<ServerCertificate> {
  return localCertificate({ directory: await copied(), names: NAMES, now: NOW, randomBytes, anew: true })
}

test('what a source has renewed is served at once, and who is renewed by others is said to be', async (t) => {
  const next = await another()
  const { keeper, brought, pushed } = await openKeeper(t, async () => {
    brought[0] = next
  })
  const renewals = await keeper.renew(isMeantBy(''))
  t.deepEqual(
    renewals.map(({ wanted, result }) => [wanted.name, result]),
    [
      ['local', 'renewed'],
      ['files music.example.org', 'foreign'],
    ],
  )
  t.deepEqual(pushed, ['local'])
  t.is(keeper.certificates()[0]?.certificate, next.certificate)
})

test('a renewal that fails changes nothing, and is told in the words of who failed', async (t) => {
  const { keeper, pushed } = await openKeeper(t, async () => {
    throw new CertificateError('ca_key_missing', 'The key of the CA is gone.')
  })
  const renewals = await keeper.renew(isMeantBy(NAMES[0] as string))
  t.deepEqual(pushed, [])
  t.deepEqual(tellRenewals(renewals, NAMES[0] as string), {
    ok: false,
    lines: ['local: no new one; what is served stays as it is. The key of the CA is gone.'],
  })
})

test('of two who want a renewal at once, the second waits for the first', async (t) => {
  let under = 0
  let most = 0
  const { keeper } = await openKeeper(t, async () => {
    most = Math.max(most, ++under)
    await setImmediate()
    under--
  })
  const both = await Promise.all([keeper.renew(isMeantBy('local')), keeper.renew(isMeantBy('local'))])
  t.deepEqual(
    both.flat().map(({ result }) => result),
    ['renewed', 'renewed'],
  )
  t.is(most, 1)
})

test('a source is meant by how the log calls it, or by one of its hosts; no name means all', (t) => {
  const meant = (name: string) => [LOCAL, FILES].filter(isMeantBy(name)).map((one) => one.name)
  t.deepEqual(meant(''), ['local', 'files music.example.org'])
  t.deepEqual(meant('local'), ['local'])
  t.deepEqual(meant('localhost'), ['local'])
  t.deepEqual(meant('music.example.org'), ['files music.example.org'])
  t.deepEqual(meant('files music.example.org'), ['files music.example.org'])
  t.deepEqual(meant('example.org'), [])
})

test('a CA that takes hours over a renewal holds up no reload', async (t) => {
  const { keeper } = await openKeeper(t, () => new Promise(() => {}), { tend: () => async () => {} })
  void keeper.renew(isMeantBy(''))
  await setImmediate()
  const { certificates } = await keeper.prepare([LOCAL, FILES])
  t.is(certificates.length, 1)
})
