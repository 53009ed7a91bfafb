import { existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import test, { type ExecutionContext } from 'ava'
import { request } from 'undici'
import { skipTest } from '../support/program.ts'
import { ADA } from '../support/gateway.ts'
import { link } from '../support/linking.ts'
import { postToken } from '../support/linking.ts'
import { type ApacheOptions, FILES, startApache } from './apache.ts'
import { type InteropHouse, startInteropHouse } from './house.ts'

function installed(t: ExecutionContext): boolean {
  const missing = Object.entries(FILES).filter(([, file]) => !existsSync(file))
  for (const [name, file] of missing) skipTest(t, `there is no ${file} (Debian: apt-get install ${name})`)
  return missing.length === 0
}

/** An application behind Apache, which says what it was told of its user. */
async function startApplication(t: ExecutionContext): Promise<string> {
  const server = createServer(({ headers }, response) => response.end(JSON.stringify(headers))).listen(0, '127.0.0.1')
  t.teardown(() => server.close())
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function startBoth(t: ExecutionContext, authentication: ApacheOptions['authentication']) {
  const house = await startInteropHouse(t)
  const apache = await startApache(t, house, { upstream: await startApplication(t), authentication })
  async function get(path: string, token?: string) {
    const { statusCode, headers, body } = await request(apache + path, { headers: token ? { authorization: `Bearer ${token}` } : {} })
    const text = await body.text()
    return { status: statusCode, challenge: headers['www-authenticate'], told: statusCode === 200 ? JSON.parse(text) : text }
  }
  return { house, get }
}

for (const authentication of ['client_secret_basic', 'client_secret_post'] as const) {
test(`Apache's mod_oauth2 lets in whom introspection with ${authentication} knows`, async (t) => {
  if (!installed(t)) return
  const { house, get } = await startBoth(t, authentication)
  const { access, refresh } = await link(house)
  const answer = await get('/music', access)
  console.log(answer)
  console.log(await get('/music/control', access))
  console.log(await get('/music', refresh))
  console.log(await get('/music'))
  console.log(await get('/music', 'x'.repeat(43)))
})
}
