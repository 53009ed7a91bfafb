import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { DAY_MS, makeAmazon } from './alexa-signing.ts'
import { temporaryFolder } from './environment.ts'
import { startTestHouse, type TestConfig, type TestHouse } from './gateway.ts'
import { asMusicAssistant } from './music-client.ts'

/** The last of the three that Alexa has. */
const EUROPE = 'https://layla.amazon.com/api/skill/link/MKXZK47785HJ2'

/** One who may play, and do nothing else, at Music Assistant. */
const ANNA = { username: 'anna', displayName: 'Anna', role: 'user' } as const

/**
 * A house in which nothing is in the way of Alexa: a certificate of a CA that its `ca` is the root of, all redirect URIs,
 * a Music Assistant with a token of an ordinary user, and a route for directives.
 */
export async function startHealthyHouse(
  t: ExecutionContext,
  change: (config: TestConfig) => void = () => {},
): Promise<TestHouse> {
  const until = Date.now() + 365 * DAY_MS
  const { signer, root, chain } = makeAmazon({ names: ['dev.jasonhollis.com'], until }, { until })
  const folder = temporaryFolder(t)
  const [certificate, key] = [join(folder, 'chain.pem'), join(folder, 'key.pem')]
  writeFileSync(certificate, chain)
  writeFileSync(key, signer.key.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 })
  const configure = (config: TestConfig) => {
    withoutTroubles(config)
    config.tls = { source: 'files', certificate, key }
    change(config)
  }
  const house = await startTestHouse(t, configure, {}, { users: [ANNA] })
  return { ...house, ca: house.ca || root.pem }
}

/** All that Alexa needs of a configuration, but for a certificate. */
export function withoutTroubles(config: TestConfig): void {
  asMusicAssistant(config)
  config.oauth.clients[0]?.redirect_uris.push(EUROPE)
  Reflect.deleteProperty(config.upstreams, 'dead')
  config.routes = config.routes.filter(({ path }) => path !== '/dead' && path !== '/any/*')
  const scopes = ['music.control']
  config.routes.push({
    path: '/directives',
    methods: ['POST'],
    upstream: 'music-assistant',
    auth: 'alexa-directive',
    scopes,
  })
}
