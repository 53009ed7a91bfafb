import test, { type ExecutionContext } from 'ava'
import { CHAIN } from '../../../../src/app/doctor/outside/chain.ts'
import { CONSOLE_CERTIFICATE, judgeConsoleType } from '../../../../src/app/doctor/outside/console-certificate.ts'
import { judgeChain, judgeIssuer } from '../../../../src/app/doctor/outside/judge-chain.ts'
import { configOf, waysTo } from '../../../support/patient.ts'
import {
  chainOf,
  INTERMEDIATE,
  makeAuthority,
  makeLeaf,
  makeSelfSigned,
  ROOT,
} from '../../../support/public-certificates.ts'
import { startTlsServer } from '../../../support/tls-server.ts'

const HOST = 'dev.jasonhollis.com'
const LEAF = makeLeaf()

const judged = (pems: string[], change: { host?: string; now?: number; roots?: string[] } = {}) =>
  judgeChain({ host: HOST, sent: chainOf(...pems), roots: [ROOT.pem], now: Date.now(), ...change })

const told = (pems: string[], change = {}) => judged(pems, change).map(({ verdict, found }) => `${verdict}: ${found}`)

test('a whole chain is good, with the root or without it', (t) => {
  const [one, ...more] = told([LEAF.pem, INTERMEDIATE.pem])
  t.deepEqual(more, [])
  t.regex(one!, /^good: it is for dev\.jasonhollis\.com, from Test Intermediate, sent with 1 above it, until \d{4}-/)
  t.regex(told([LEAF.pem, INTERMEDIATE.pem, ROOT.pem])[0]!, /^good: /)
  const direct = makeLeaf({ by: ROOT })
  t.regex(told([direct.pem])[0]!, /^good: it is for dev\.jasonhollis\.com, from Test Root, until/)
})

test('a chain without what stands between is a fault, and names what is missing', (t) => {
  const [one, ...more] = judged([LEAF.pem])
  t.deepEqual(more, [])
  t.is(one!.verdict, 'fault')
  t.regex(one!.found, /^it is sent alone, and the one of Test Intermediate is missing/)
  t.regex(one!.remedy!, /fullchain\.pem/)
  t.regex(
    told([LEAF.pem, ROOT.pem])[0]!,
    /^fault: 2 certificates are sent, and the one of Test Intermediate is missing/,
  )
})

test('a certificate that vouches for itself, and one of a CA of our own, are told apart', (t) => {
  t.regex(told([makeSelfSigned().pem])[0]!, /^fault: it is signed by itself, which nobody but you trusts/)
  const own = makeAuthority('My own CA')
  t.regex(told([makeLeaf({ by: own }).pem, own.pem])[0]!, /^fault: it is from a CA of your own, My own CA/)
})

test('what stands above has to be a CA that has really signed', (t) => {
  const impostor = makeAuthority('Test Intermediate', ROOT)
  t.regex(
    told([LEAF.pem, impostor.pem])[0]!,
    /^fault: 2 certificates are sent, and the one of Test Intermediate is missing/,
  )
  const underLeaf = makeLeaf({ by: { ...LEAF, name: HOST, key: LEAF.privateKey } })
  t.regex(told([underLeaf.pem, LEAF.pem, INTERMEDIATE.pem])[0]!, /^fault: 3 certificates are sent, and the one of dev/)
})

test('dates: ended, to come, ending soon, both sides of a quarter of its life', (t) => {
  const day = 86_400_000
  const of = (from: number, until: number) => told([makeLeaf({ from, until }).pem, INTERMEDIATE.pem])
  t.regex(of(-90, -1)[0]!, /^fault: it ended on \d{4}-\d\d-\d\d; today is/)
  t.regex(of(2, 90)[0]!, /^fault: it begins on \d{4}-\d\d-\d\d only/)
  t.is(of(-70, 30).length, 1)
  const soon = of(-80, 20)
  t.regex(soon[0]!, /^good: /)
  t.regex(soon[1]!, /^attention: it ends in 19 days|^attention: it ends in 20 days/)
  const later = told([LEAF.pem, INTERMEDIATE.pem], { now: Date.now() + 4000 * day })
  t.true(later.some((one) => /^fault: the one above it, Test Intermediate, ended on/.test(one)))
})

test('only the alternative names count, and a wildcard for one label', (t) => {
  t.regex(
    told([makeLeaf({ names: ['other.example'] }).pem, INTERMEDIATE.pem])[0]!,
    /^fault: it is for other\.example, not for dev/,
  )
  t.regex(told([makeLeaf({ names: [] }).pem, INTERMEDIATE.pem])[0]!, /^fault: it is for no name at all, not for dev/)
  const wildcard = makeLeaf({ names: ['*.jasonhollis.com'] })
  t.regex(told([wildcard.pem, INTERMEDIATE.pem])[0]!, /^good: /)
  t.regex(told([wildcard.pem, INTERMEDIATE.pem], { host: 'a.dev.jasonhollis.com' })[0]!, /^fault: /)
})

test('another order is to be kept in mind, a weak key is a fault', (t) => {
  const lower = makeAuthority('Test Lower', INTERMEDIATE)
  const leaf = makeLeaf({ by: lower })
  t.is(told([leaf.pem, lower.pem, INTERMEDIATE.pem]).length, 1)
  t.regex(told([leaf.pem, INTERMEDIATE.pem, lower.pem])[1]!, /^attention: the certificates are sent in another order/)
  t.regex(told([makeLeaf({ bits: 1024 }).pem, INTERMEDIATE.pem])[0]!, /^fault: its key is RSA of 1024 bits/)
})

test("Let's Encrypt is to be kept in mind, and no fault", (t) => {
  const [one, ...more] = judgeIssuer([{ issuer: "C=US\nO=Let's Encrypt\nCN=R11" }])
  t.deepEqual(more, [])
  t.is(one!.verdict, 'attention')
  t.regex(
    one!.found,
    /^it is from Let's Encrypt, which Amazon's requirements .* exclude, .* people report that it works\.$/,
  )
  t.regex(
    one!.remedy!,
    /^nothing, as long as linking works\..* another CA: ZeroSSL .*"tls\.directory" and "tls\.eab"\.$/,
  )
  t.deepEqual(judgeIssuer([{ issuer: "C=US\nO=DigiCert Inc\nCN=Let's Encrypt" }]), [])
})

test('the type for the console follows from the names', (t) => {
  const type = (...pems: string[]) => judgeConsoleType({ host: HOST, sent: chainOf(...pems), roots: [ROOT.pem] })[0]!
  t.regex(
    type(LEAF.pem, INTERMEDIATE.pem).found,
    /^Trusted: .*choose "My development endpoint has a certificate from a trusted/,
  )
  t.regex(type(makeLeaf({ names: ['*.jasonhollis.com'] }).pem, INTERMEDIATE.pem).found, /^Wildcard: .*sub-domain/)
  t.like(type(makeSelfSigned().pem), { verdict: 'attention' })
  t.like(type(makeLeaf({ names: ['other.example'] }).pem, INTERMEDIATE.pem), { verdict: 'unseen' })
  const own = makeAuthority('My own CA')
  t.like(type(makeLeaf({ by: own }).pem, own.pem), { verdict: 'attention' })
})

async function look(t: ExecutionContext, server: { cert: string; key: string }, examination = CHAIN) {
  const port = await startTlsServer(t, server)
  const environment = { now: Date.now } as never
  const patient = { config: configOf(t), configFile: '', environment, reach: 'everything', ways: waysTo(port) } as const
  return (await examination.look(patient)).map(({ verdict, found }) => `${verdict}: ${found}`)
}

test('a server is seen as Alexa sees it: what it sends, and nothing else', async (t) => {
  const { key } = LEAF
  t.regex((await look(t, { key, cert: LEAF.pem + INTERMEDIATE.pem }))[0]!, /^good: .*sent with 1 above it/)
  // OpenSSL would find the one between by itself, had it ever seen it.
  t.regex((await look(t, { key, cert: LEAF.pem }))[0]!, /^fault: it is sent alone/)
  const lower = makeAuthority('Test Lower', INTERMEDIATE)
  const leaf = makeLeaf({ by: lower })
  const mixed = await look(t, { key: leaf.key, cert: leaf.pem + INTERMEDIATE.pem + lower.pem })
  t.regex(mixed[1]!, /^attention: the certificates are sent in another order/)
  const old = makeLeaf({ from: -90, until: -2 })
  t.regex((await look(t, { key: old.key, cert: old.pem + INTERMEDIATE.pem }))[0]!, /^fault: it ended on/)
  const self = makeSelfSigned()
  t.regex((await look(t, { key: self.key, cert: self.pem }))[0]!, /^fault: it is signed by itself/)
  t.regex((await look(t, { key, cert: LEAF.pem + INTERMEDIATE.pem }, CONSOLE_CERTIFICATE))[0]!, /^good: Trusted/)
})
