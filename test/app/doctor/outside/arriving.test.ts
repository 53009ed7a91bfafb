import test, { type ExecutionContext } from 'ava'
import { ARRIVING } from '../../../../src/app/doctor/outside/arriving.ts'
import { type Answering, behind, lookAt, type Passing, startHealthy, startProxy } from '../../../support/patient.ts'

/** A gateway, that is looked at through whatever proxy. */
async function openLook(t: ExecutionContext) {
  const { house, patient } = await startHealthy(t)
  return async (ask: (passing: Passing) => Passing | Answering) => {
    const found = await lookAt(ARRIVING, behind(patient, await startProxy(t, house, { ask })))
    return found.map(({ verdict, found }) => `${verdict}: ${found}`)
  }
}

test('a body that arrives as it was sent is good', async (t) => {
  const look = await openLook(t)
  t.deepEqual(await look((passing) => passing), [
    'good: the body of a POST and its Authorization arrive as they were sent.',
  ])
})

test('a body that is dropped, cut, or of the same length and another one, is told', async (t) => {
  const look = await openLook(t)
  const changed = (change: (body: Buffer) => Buffer) => look((passing) => ({ ...passing, body: change(passing.body) }))
  t.regex((await changed(() => Buffer.alloc(0)))[0]!, /^fault: the body of a POST of \d+ bytes was dropped/)
  t.regex(
    (await changed((body) => body.subarray(0, 20)))[0]!,
    /^fault: .* changed on the way: \d+ bytes were sent, 20 arrived\./,
  )
  const plus = (body: Buffer) => Buffer.from(body.toString().replace('%2B', '+++'))
  t.regex((await changed(plus))[0]!, /^fault: .* changed on the way: (\d+) bytes were sent, \1 arrived, and other ones/)
})

test('Authorization that is dropped or replaced is told, beside the body', async (t) => {
  const look = await openLook(t)
  const dropped = await look(({ headers: { authorization: _, ...headers }, ...passing }) => ({
    ...passing,
    headers,
  }))
  t.deepEqual(dropped, ['fault: the header Authorization was dropped on the way.'])
  const replaced = await look((passing) => ({
    ...passing,
    headers: { ...passing.headers, authorization: 'Basic b3RoZXI6b25l' },
    body: Buffer.alloc(0),
  }))
  t.is(replaced.length, 2)
  t.regex(replaced[1]!, /Authorization was changed/)
})

test('a POST that becomes a GET, and HTML in the place of JSON, are told', async (t) => {
  const look = await openLook(t)
  const asGet = await look((passing) => ({ ...passing, method: 'GET', body: Buffer.alloc(0) }))
  t.regex(asGet[0]!, /^fault: a POST was answered 405: it did not arrive as it was sent/)
  const page = { status: 200, headers: { 'content-type': 'text/html' }, body: '<html></html>' }
  t.regex((await look(() => page))[0]!, /^fault: a POST was answered 200 with an HTML page/)
})

test('without a gateway that can be asked nobody knows what arrives', async (t) => {
  const { patient, closeControl } = await startHealthy(t)
  await closeControl()
  const [one] = await lookAt(ARRIVING, patient)
  t.is(one!.verdict, 'unseen')
  t.regex(one!.found, /^only the gateway can tell what arrives\. No gateway runs on .*npx skillgate start/)
})

test('another gateway gives nothing away', async (t) => {
  const { patient } = await startHealthy(t)
  const { house: other } = await startHealthy(t)
  const [one] = await lookAt(ARRIVING, behind(patient, other.port))
  t.like(one, { verdict: 'unseen' })
  t.regex(one!.found, /another gateway answers there/)
})
