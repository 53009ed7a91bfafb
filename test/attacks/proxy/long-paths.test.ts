import test from 'ava'
import { ISSUER, startTestHouse } from '../../support/gateway.ts'
import { exchangeRaw, rawRequest } from '../../support/raw-client.ts'

const METADATA = `${ISSUER}/.well-known/oauth-protected-resource`

test('a challenge is no longer than servers in between take, however long the path that was asked for', async (t) => {
  const house = await startTestHouse(t)
  for (const [path, told] of [
    [`/any/${'a'.repeat(995)}`, `${METADATA}/any/${'a'.repeat(995)}`],
    [`/any/${'"'.repeat(995)}`, `${METADATA}/any/${'%22'.repeat(995)}`],
    [`/any/${'a'.repeat(996)}`, METADATA],
    [`/any/${'"'.repeat(15_000)}`, METADATA],
  ] as const) {
    const { status, header, rawHeaders } = await exchangeRaw(house, rawRequest(`GET ${path}`))
    t.is(status, 401)
    t.is(/resource_metadata="([^"]*)"$/.exec(header('www-authenticate')[0] ?? '')?.[1], told)
    t.true(rawHeaders.join().length < 4000)
  }
})
