import { randomBytes, X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import test from 'ava'
import { openCertificateKeeper } from '../../../src/app/certificates/keep-certificates.ts'
import { openSource } from '../../../src/app/certificates/open-source.ts'
import { openCertificateStore } from '../../../src/certificates/certificate-store.ts'
import { temporaryFolder } from '../../support/environment.ts'
import { DAY } from '../../support/served-certificates.ts'

const DAYS = 800
const START = Date.UTC(2026, 10, 23, 6)

test('a gateway with a local CA that runs for two years is never without a good certificate, and needs nobody', async (t) => {
  let time = START
  const now = () => time
  const wrong: unknown[] = []
  const taken: string[] = []
  const note = (line: unknown) => void wrong.push(line)
  const store = openCertificateStore({ now })
  let wake = () => {}
  let asleep = Promise.withResolvers<void>()
  const keeper = openCertificateKeeper({
    store,
    now,
    open: (wanted) => openSource(wanted, { now, randomBytes }),
    log: { info: (_: unknown, message?: string) => void taken.push(message ?? ''), warn: note, error: note },
    sleep: (_, signal) =>
      new Promise((resolve, reject) => {
        wake = resolve
        asleep.resolve()
        signal.addEventListener('abort', () => reject(new Error('ended')))
      }),
  })
  const settings = { source: 'local', directory: join(temporaryFolder(t), 'certs') } as const
  ;(await keeper.prepare([{ name: 'local', names: ['dev.example', 'localhost'], settings }])).commit()
  const authorities = new Set<string>()
  const certificates = new Set<string>()
  t.teardown(keeper.tend())
  await asleep.promise
  for (let day = 0; day < DAYS; day++) {
    const [served] = keeper.certificates()
    const [own, ca] = (served?.certificate.match(/-----BEGIN [^-]+-----[^-]+-----END [^-]+-----/g) ?? []).map(
      (pem) => new X509Certificate(pem),
    )
    const left = own!.validToDate.getTime() - time
    t.true(own!.validFromDate.getTime() <= time && left > 29 * DAY, `day ${day}: ${left / DAY} days`)
    t.true(ca!.validToDate >= own!.validToDate)
    t.deepEqual(
      store.list().map(({ notAfter }) => notAfter),
      [own!.validToDate.getTime()],
    )
    t.deepEqual(keeper.concerns(), [])
    certificates.add(own!.fingerprint256)
    authorities.add(ca!.fingerprint256)
    time += DAY
    asleep = Promise.withResolvers()
    wake()
    await asleep.promise
  }
  t.deepEqual(wrong, [])
  t.is(certificates.size, 3)
  t.is(authorities.size, 1, 'nobody has to trust another CA')
  t.deepEqual(taken, ['certificate taken up', 'certificate taken up'])
})
