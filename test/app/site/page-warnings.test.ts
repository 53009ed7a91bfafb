import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { hostsOf } from '../../../src/app/certificates/wanted-certificates.ts'
import { pageWarnings } from '../../../src/app/site/page-warnings.ts'
import { localCertificate } from '../../../src/certificates/local/local-certificate.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { smallConfig } from '../../support/config.ts'
import { temporaryFolder, testEnvironment } from '../../support/environment.ts'

const ROOT = join(import.meta.dirname, '../../..')

/** As a certificate for these names. */
async function certificateFor(t: ExecutionContext, names: string[]) {
  const { now, randomBytes } = testEnvironment()
  return localCertificate({ directory: join(temporaryFolder(t), 'certs'), names, now: now(), randomBytes })
}

test('pages of an upstream on the host of the consent page are warned of, with what to write instead', async (t) => {
  const certificate = await certificateFor(t, ['gate.example.org'])
  const warned = (route: string) => pageWarnings(smallConfig(t, `  - ${route}\n`), [certificate])
  const [free] = warned('{ path: /music/*, upstream: ui, auth: none, sandbox: false }')
  t.regex(free ?? '', /^routes\[0\] \(\/music\/\*\) puts pages of ui on gate\.example\.org, .*with sandbox: false/)
  t.regex(free ?? '', /host: ui\.example\.org in routes\[0\]/)
  for (const route of [
    '{ path: /*, upstream: ui, auth: none }',
    '{ path: /, upstream: ui, auth: session }',
    '{ host: gate.example.org, path: /*, upstream: ui, auth: none }',
    '{ path: /app, upstream: ui, auth: bearer-or-session, sandbox: false }',
  ])
    t.is(warned(route).length, 1, route)
})

test('what no browser opens as a page, keeps apart, or finds elsewhere is not warned of', async (t) => {
  const certificate = await certificateFor(t, ['gate.example.org', 'ui.example.org'])
  for (const route of [
    '{ path: /imageproxy/*, upstream: ui, auth: none }',
    '{ path: /*, upstream: ui, auth: bearer }',
    '{ path: /*, methods: [POST], upstream: ui, auth: none, sandbox: false }',
    '{ host: ui.example.org, path: /*, upstream: ui, auth: session, sandbox: false }',
    '{ path: /*, redirect: https://example.org, auth: none }',
  ])
    t.deepEqual(pageWarnings(smallConfig(t, `  - ${route}\n`), [certificate]), [], route)
})

test('a host that the certificate is not for is warned of', async (t) => {
  const config = smallConfig(t, '  - { host: ui.example.org, path: /*, upstream: ui, auth: session }\n')
  const other = await certificateFor(t, ['gate.example.org'])
  t.deepEqual(pageWarnings(config, [other]), [
    'the certificate is not for ui.example.org, which routes are for: no browser will open it',
  ])
  t.deepEqual(pageWarnings(config, [await certificateFor(t, ['gate.example.org', '*.example.org'])]), [])
})

test('the shipped file and the example with hosts of their own are warned of nothing', async (t) => {
  for (const file of ['gateway.yaml', 'examples/hosts.yaml']) {
    const config = loadConfig(join(ROOT, file), {})
    const names = [new URL(config.public_url).hostname, ...hostsOf(config)]
    t.deepEqual(pageWarnings(config, [await certificateFor(t, names)]), [], file)
  }
})
