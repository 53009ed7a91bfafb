import test from 'ava'
import { judgePort, PORT } from '../../../../src/app/doctor/outside/port.ts'
import { configOf } from '../../../support/patient.ts'

const judged = (
  public_url: string,
  https: { host: string; port: number } | undefined,
  trusted_proxies: unknown[] = [],
) => judgePort({ public_url, listen: { https, trusted_proxies } as never })

test('a port in the public URL is a fault, with where 443 has to go', (t) => {
  const [one] = judged('https://dev.jasonhollis.com:8443', { host: '0.0.0.0', port: 8443 })
  t.is(one!.verdict, 'fault')
  t.regex(one!.found, /with the port 8443/)
  t.regex(one!.remedy!, /without a port .* forward port 443 of your router to port 8443 here/)
})

test('without one it is good, on 443 or elsewhere, and with a proxy in front', (t) => {
  const url = 'https://dev.jasonhollis.com'
  t.is(judged(url, { host: '0.0.0.0', port: 443 })[0]!.verdict, 'good')
  t.regex(judged(url, { host: '0.0.0.0', port: 8443 })[0]!.found, /listens on 8443, so that 443 has to be forwarded/)
  t.is(judged(url, undefined)[0]!.verdict, 'good')
  t.is(judged(url, { host: '127.0.0.1', port: 8443 }, [{}])[0]!.verdict, 'good')
})

test('a listener that only this machine reaches is to be kept in mind', (t) => {
  const [one] = judged('https://dev.jasonhollis.com', { host: '127.0.0.1', port: 8443 })
  t.is(one!.verdict, 'attention')
  t.regex(one!.remedy!, /listen\.https to 0\.0\.0\.0:8443/)
})

test('"check" looks at it too', async (t) => {
  t.true(PORT.isLocal)
  const config = configOf(t, (values) => {
    values.public_url = 'https://dev.jasonhollis.com:9443'
  })
  const [one] = await PORT.look({ config } as never)
  t.like(one, { id: 'port', verdict: 'fault' })
})
