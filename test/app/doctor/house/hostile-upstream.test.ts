import test, { type ExecutionContext } from 'ava'
import type { Examination } from '../../../../src/app/doctor/examination.ts'
import { baseUrl } from '../../../../src/app/doctor/house/base-url.ts'
import { clock } from '../../../../src/app/doctor/house/clock.ts'
import { upstreams } from '../../../../src/app/doctor/house/upstreams.ts'
import { patientWith } from '../../../support/house-patient.ts'
import { startUpstream } from '../../../support/scripted-upstream.ts'

/** What each says of a Music Assistant that answers so. */
async function lookedAt(t: ExecutionContext, answer: Parameters<typeof startUpstream>[1], examinations: Examination[]) {
  const { url } = await startUpstream(t, answer)
  const { patient } = patientWith(
    t,
    (config) => {
      config.upstreams = { 'music-assistant': { url, kind: 'music-assistant' } } as never
      config.routes = [{ path: '/api', methods: ['POST'], upstream: 'music-assistant', auth: 'bearer' }] as never
    },
    url,
  )
  const findings = await Promise.all(examinations.map((one) => one.look(patient)))
  return findings.flat()
}

const ODD = { 'a page': '<html>Router</html>', null: 'null', 'a list': '[]', 'half an object': '{"schema_version":' }

for (const [what, body] of Object.entries(ODD)) {
  test(`a Music Assistant that answers with ${what} is none, in words`, async (t) => {
    const findings = await lookedAt(t, (_, response) => response.end(body), [upstreams, baseUrl, clock])
    t.is(findings[0]?.verdict, 'fault')
    t.regex(findings[0]?.found ?? '', /is no Music Assistant: \/info says 200/)
    t.false(findings.some(({ found }) => /TypeError|Cannot read/.test(found)))
  })
}

test('one that sends elsewhere is not followed, and one that dribbles is given up on', async (t) => {
  const away = (_: unknown, response: { writeHead: (status: number, headers: object) => { end: () => void } }) =>
    response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()
  const [moved] = await lookedAt(t, away as never, [upstreams])
  t.regex(moved?.found ?? '', /\/info says 302/)
  const [slow] = await lookedAt(
    t,
    (_, response) => {
      const timer = setInterval(() => response.write(' '), 50)
      response.once('close', () => clearInterval(timer))
    },
    [upstreams],
  )
  t.is(slow?.verdict, 'fault')
})
