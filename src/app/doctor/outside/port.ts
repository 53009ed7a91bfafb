import type { Config } from '../../../config/schema.ts'
import type { Examination } from '../examination.ts'
import { findingsOf, type Judged } from './judged.ts'

/** Whether Alexa, which calls 443 and nothing else, can be meant by the URLs. */
export const PORT: Examination = {
  id: 'port',
  title: 'Port',
  isLocal: true,
  look: async ({ config }) => findingsOf('port', judgePort(config)),
}

const LOOPBACK = /^(?:localhost|127\..*|::1)$/

export function judgePort({ public_url, listen }: Pick<Config, 'public_url' | 'listen'>): Judged[] {
  const { port } = new URL(public_url)
  if (port !== '') {
    return [
      {
        verdict: 'fault',
        found: `public_url is ${public_url}, with the port ${port}.`,
        needs: 'port 443: a skill whose URLs name another gets no packet at all, and no error.',
        remedy: `write public_url without a port into gateway.yaml, and forward port 443 of your router to port ${listen.https?.port ?? port} here.`,
      },
    ]
  }
  const { https } = listen
  if (!https || https.port === 443) return [{ verdict: 'good', found: 'the URLs name no port, so that it is 443.' }]
  if (LOOPBACK.test(https.host) && listen.trusted_proxies.length === 0) {
    return [
      {
        verdict: 'attention',
        found: `the gateway listens at ${https.host}:${https.port}, where only this machine reaches it.`,
        needs: 'that port 443 from outside leads to it.',
        remedy: `set listen.https to 0.0.0.0:${https.port}, unless something on this machine passes port 443 on.`,
      },
    ]
  }
  const found = `the URLs name no port, so that it is 443; the gateway listens on ${https.port}, so that 443 has to be forwarded there.`
  return [{ verdict: 'good', found }]
}
