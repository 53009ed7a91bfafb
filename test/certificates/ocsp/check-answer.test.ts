import test from 'ava'
import { certificateParts } from '../../../src/certificates/ocsp/certificate-parts.ts'
import { checkAnswer } from '../../../src/certificates/ocsp/check-answer.ts'
import { readDer } from '../../../src/certificates/ocsp/der.ts'
import { certificateId, ocspRequest } from '../../../src/certificates/ocsp/ocsp-request.ts'
import { type Issued, type OcspAuthority, openOcspAuthority } from '../../support/ocsp-authority.ts'
import { findProgram } from '../../support/program.ts'

const HOUR = 3_600_000

function requestFor({ leaf }: Issued, { certificate }: OcspAuthority): Buffer {
  return ocspRequest(certificateId(certificateParts(leaf), certificateParts(certificate)))
}

test('what openssl answers is good only for the certificate that was asked about, and for its time', async (t) => {
  if (!findProgram(t, 'openssl', 'openssl')) return
  const authority = await openOcspAuthority(t)
  const [one, other] = [await authority.issue(), await authority.issue()]
  const bytes = await authority.answer(requestFor(one, authority))
  const issuer = authority.certificate
  const judge = (certificate = one.leaf, now = Date.now()) => checkAnswer(bytes, { certificate, issuer, now })
  const good = judge()
  t.like(good, { status: 'good' })
  t.deepEqual(judge(other.leaf), { status: 'unusable', why: 'it is about other certificates' })
  if (good.status !== 'good') return
  t.is(good.nextUpdate - good.thisUpdate, 24 * HOUR)
  t.like(judge(one.leaf, good.nextUpdate - 1), { status: 'good' })
  t.like(judge(one.leaf, good.nextUpdate), { status: 'unusable' })
  t.like(judge(one.leaf, good.thisUpdate - HOUR), { status: 'unusable' })
})

test('a revoked certificate is told, and one that the responder has never heard of', async (t) => {
  if (!findProgram(t, 'openssl', 'openssl')) return
  const [authority, stranger] = [await openOcspAuthority(t), await openOcspAuthority(t)]
  const one = await authority.issue()
  authority.revoke(one)
  const issuer = authority.certificate
  const now = Date.now()
  const revoked = await authority.answer(requestFor(one, authority))
  t.like(checkAnswer(revoked, { certificate: one.leaf, issuer, now }), { status: 'revoked' })

  const unknown = { ...one, leaf: (await stranger.issue()).leaf }
  const why = checkAnswer(await authority.answer(requestFor(unknown, authority)), {
    certificate: unknown.leaf,
    issuer,
    now,
  })
  t.deepEqual(why, { status: 'unusable', why: 'the responder does not know this certificate' })
})

test('only the issuer signs, or whom it has given a certificate for that', async (t) => {
  if (!findProgram(t, 'openssl', 'openssl')) return
  const [authority, stranger] = [await openOcspAuthority(t), await openOcspAuthority(t)]
  const one = await authority.issue()
  const request = requestFor(one, authority)
  const judge = async (signer: Issued, flags?: string[]) =>
    checkAnswer(await authority.answer(request, { signer, ...(flags && { flags }) }), {
      certificate: one.leaf,
      issuer: authority.certificate,
      now: Date.now(),
    })
  const delegated = await authority.issue({ signsAnswers: true })
  t.like(await judge(delegated), { status: 'good' })
  t.like(await judge(delegated, ['-ndays', '1', '-resp_key_id']), { status: 'good' })
  t.deepEqual(await judge(delegated, ['-ndays', '1', '-resp_no_certs']), {
    status: 'unusable',
    why: 'the certificate of who signed it is missing',
  })
  t.deepEqual(await judge(await authority.issue()), {
    status: 'unusable',
    why: 'who signed it may not sign answers (OCSPSigning is missing)',
  })
  t.deepEqual(await judge(await stranger.issue({ signsAnswers: true })), {
    status: 'unusable',
    why: 'a stranger signed it',
  })
  const late = Date.now() + 91 * 24 * HOUR
  const bytes = await authority.answer(request, { signer: delegated, flags: ['-ndays', '100'] })
  t.deepEqual(checkAnswer(bytes, { certificate: one.leaf, issuer: authority.certificate, now: late }), {
    status: 'unusable',
    why: 'the certificate of who signed it has expired',
  })
})

test('an answer in which any byte was changed or is missing is never good, and throws nothing', async (t) => {
  if (!findProgram(t, 'openssl', 'openssl')) return
  const authority = await openOcspAuthority(t)
  const one = await authority.issue()
  const bytes = await authority.answer(requestFor(one, authority), { flags: ['-ndays', '1', '-resp_no_certs'] })
  const surroundings = { certificate: one.leaf, issuer: authority.certificate, now: Date.now() }
  t.like(checkAnswer(bytes, surroundings), { status: 'good' })
  for (let at = 0; at < bytes.length; at++) {
    t.like(checkAnswer(bytes.subarray(0, at), surroundings), { status: 'unusable' }, `cut at ${at}`)
    const changed = Buffer.from(bytes)
    changed[at] = (changed[at] as number) ^ 0x01
    t.not(checkAnswer(changed, surroundings).status, 'revoked', `changed at ${at}`)
    t.like(checkAnswer(changed, surroundings), { status: 'unusable' }, `changed at ${at}`)
  }
})

test('what a responder says in place of an answer is told in its words', (t) => {
  const surroundings = { certificate: undefined as never, issuer: undefined as never, now: 0 }
  for (const [code, why] of [
    [1, 'malformed request'],
    [3, 'try later'],
    [6, 'unauthorized'],
    [99, 'error 99'],
  ] as const) {
    const bytes = Buffer.of(0x30, 3, 0x0a, 1, code)
    t.deepEqual(checkAnswer(bytes, surroundings), { status: 'unusable', why: `the responder says: ${why}` })
  }
  t.like(checkAnswer(Buffer.from('<html>not this</html>'), surroundings), { status: 'unusable' })
})

test('lengths that lie, or are longer than any answer, are no DER', (t) => {
  for (const bytes of [
    [],
    [0x30],
    [0x30, 0x80],
    [0x30, 0x85, 0, 0, 0, 0, 0],
    [0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
    [0x1f, 0x01],
  ])
    t.throws(() => readDer(Buffer.from(bytes)), { name: 'DerError' }, bytes.join(' '))
})
