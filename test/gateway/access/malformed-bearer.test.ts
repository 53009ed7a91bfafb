import test from 'ava'
import { startTestHouse } from '../../support/gateway.ts'
import { asMusicAssistant } from '../../support/music-client.ts'
import { exchangeRaw, rawRequest, UPGRADE } from '../../support/raw-client.ts'

const MALFORMED = ['Bearer !!!', 'Bearer', 'bearer  ', 'BEARER a b']
const OTHER_SCHEMES = ['Basic YTpi', 'DPoP abc', 'Negotiate', '!!!']

test('wherever a token is asked for a malformed one is told so, and another scheme is as good as nothing', async (t) => {
  const house = await startTestHouse(t, (config) => {
    asMusicAssistant(config)
    config.routes.push({ path: '/both', upstream: 'music-assistant', auth: 'bearer-or-session' })
  })
  const places = [
    rawRequest('GET /any/x'),
    rawRequest('GET /both'),
    rawRequest('GET /alexa/userinfo'),
    // A client may show its token later there, but not after a bad one.
    rawRequest('GET /ws', UPGRADE),
  ]
  for (const asked of places) {
    const ask = (authorization: string) =>
      exchangeRaw(house, asked.replace('\r\n', `\r\nAuthorization: ${authorization}\r\n`))
    for (const authorization of MALFORMED) {
      const { status, header, body } = await ask(authorization)
      t.deepEqual([status, JSON.parse(body).error], [401, 'invalid_token'], `${asked} ${authorization}`)
      t.regex(header('www-authenticate')[0] ?? '', /^Bearer realm="skillgate", error="invalid_token", /)
    }
    if (asked.includes('/ws')) continue
    for (const authorization of OTHER_SCHEMES) {
      const { status, header, body } = await ask(authorization)
      t.deepEqual([status, JSON.parse(body).error], [401, 'unauthorized'], `${asked} ${authorization}`)
      t.notRegex(header('www-authenticate')[0] ?? '', /error=/)
    }
  }
  const reached = house.music.requests.map(({ url }) => url)
  t.false(
    reached.some((url) => ['/any/x', '/both', '/ws'].includes(url)),
    reached.join(),
  )
})
