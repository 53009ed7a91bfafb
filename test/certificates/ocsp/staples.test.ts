import test, { type ExecutionContext } from 'ava'
import { certificateParts } from '../../../src/certificates/ocsp/certificate-parts.ts'
import { ResponderError } from '../../../src/certificates/ocsp/fetch-answer.ts'
import { certificateId, ocspRequest } from '../../../src/certificates/ocsp/ocsp-request.ts'
import { openStaples } from '../../../src/certificates/ocsp/staples.ts'
import { type Issued, openOcspAuthority } from '../../support/ocsp-authority.ts'
import { findProgram } from '../../support/program.ts'

const [MINUTE, HOUR] = [60_000, 3_600_000]
const RESPONDER = 'http://ocsp.example/'

/** Staples of one certificate, by a clock of the test's. */
async function open(t: ExecutionContext, options: { mustStaple?: boolean } = {}) {
  const authority = await openOcspAuthority(t)
  const issued = await authority.issue({ responder: RESPONDER, ...options })
  const log: string[] = []
  const note = (level: string) => (fields: object, message?: string) =>
    void log.push(`${level} ${message}: ${(fields as { detail: string }).detail}`)
  const start = Date.now()
  const house = { at: start, start, asked: [] as number[], failing: undefined as string | undefined }
  const staples = openStaples({
    now: () => house.at,
    log: { info: note('info'), warn: note('warn'), error: note('error') } as never,
    async ask(url, request) {
      t.is(url, RESPONDER)
      house.asked.push(house.at - start)
      if (house.failing !== undefined) throw new ResponderError(house.failing)
      return authority.answer(request)
    },
  })
  staples.set([issued])
  const find = ({ leaf }: Issued = issued) => staples.find(leaf.raw)
  /** Lets time pass, and looks. */
  async function later(milliseconds: number): Promise<void> {
    house.at += milliseconds
    await staples.look()
  }
  return { authority, issued, log, house, staples, find, later }
}

test('an answer lies ready from the first look on, and is renewed at half of its life', async (t) => {
  if (!findProgram(t, 'openssl', 'openssl')) return
  const { authority, house, find, later, log } = await open(t)
  t.is(find(), undefined, 'no handshake waits for one')
  await later(0)
  t.truthy(find())
  t.is(find(await authority.issue()), undefined, 'it is of another certificate')
  await later(12 * HOUR - MINUTE)
  t.is(house.asked.length, 1)
  // It is of when OpenSSL made it, by the clock on the wall.
  await later(6 * MINUTE)
  t.is(house.asked.length, 2)
  t.deepEqual(log, [])
})

test('while the responder is down it is asked less and less, the last answer goes on, and its end is said', async (t) => {
  if (!findProgram(t, 'openssl', 'openssl')) return
  const { house, find, later, log } = await open(t, { mustStaple: true })
  await later(0)
  const first = find()
  house.failing = 'connect ECONNREFUSED'
  const half = 12 * HOUR + 5 * MINUTE
  house.at += half
  const end = house.start + 24 * HOUR
  while (house.at < end + HOUR) {
    if (house.at < end - MINUTE) t.is(find(), first)
    await later(MINUTE)
  }
  t.deepEqual(
    house.asked.slice(1, 5).map((at, i, all) => Math.round((at - (all[i - 1] ?? half)) / MINUTE)),
    [1, 1, 2, 4],
  )
  t.true(house.asked.length < 12)
  t.is(find(), undefined, 'it is over')
  await later(6 * HOUR)
  t.is(log.length, 2)
  t.regex(log[0]!, /^warn no OCSP answer .*: http:\/\/ocsp\.example\/: connect ECONNREFUSED$/)
  t.regex(log[1]!, /must-staple/)
  house.failing = undefined
})

test('a revoked certificate is said loudly, and nothing is handed over for it any more', async (t) => {
  if (!findProgram(t, 'openssl', 'openssl')) return
  const { authority, issued, find, later, log } = await open(t)
  await later(0)
  t.truthy(find())
  authority.revoke(issued)
  await later(13 * HOUR)
  t.is(find(), undefined)
  t.is(log.length, 1)
  t.regex(log[0]!, /^error certificate revoked: .*Renew it now/)
})

test('an earlier answer doesn\u2019t bring a revoked certificate back', async (t) => {
  if (!findProgram(t, 'openssl', 'openssl')) return
  const authority = await openOcspAuthority(t)
  const issued = await authority.issue({ responder: RESPONDER })
  const log: string[] = []
  const answers: Buffer[] = []
  let at = Date.now()
  const note = () => (fields: object) => void log.push((fields as { detail: string }).detail)
  const staples = openStaples({
    now: () => at,
    log: { info: note(), warn: note(), error: note() } as never,
    async ask(_, request) {
      if (answers.length === 0) answers.push(await authority.answer(request))
      return answers.shift() as Buffer
    },
  })
  staples.set([issued])
  const request = ocspRequest(certificateId(certificateParts(issued.leaf), certificateParts(authority.certificate)))
  const good = await authority.answer(request, { flags: ['-ndays', '30'] })
  authority.revoke(issued)
  let revoked = await authority.answer(request)
  // OpenSSL dates in seconds.
  while (madeAt(revoked) <= madeAt(good)) revoked = await authority.answer(request)
  answers.push(revoked, good)
  await staples.look()
  at += 7 * HOUR
  await staples.look()
  t.is(answers.length, 0)
  t.is(staples.find(issued.leaf.raw), undefined)
  t.regex(log.at(-1)!, /older than the one before/)
})

test('a certificate that is served no more is asked about no more, one that stays keeps its answer', async (t) => {
  if (!findProgram(t, 'openssl', 'openssl')) return
  const { authority, issued, house, staples, find, later } = await open(t)
  await later(0)
  const first = find()
  staples.set([issued, await authority.issue()])
  await later(MINUTE)
  t.is(find(), first)
  staples.set([])
  t.is(find(), undefined)
  await later(13 * HOUR)
  t.is(house.asked.length, 1)
})

test('a certificate that must be stapled and names no responder is warned of once', async (t) => {
  const { authority, staples, log } = await open(t)
  const impossible = await authority.issue({ mustStaple: true })
  staples.set([impossible])
  t.is(log.length, 1)
  t.regex(log[0]!, /must-staple.*names no responder/)
})

/** The first time in it is when it was made, which OpenSSL takes for that of the update too. */
function madeAt(answer: Buffer): string {
  return /\d{14}Z/.exec(answer.toString('latin1'))?.[0] ?? ''
}
