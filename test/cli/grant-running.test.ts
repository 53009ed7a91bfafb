import test from 'ava'
import { hashSecret } from '../../src/secrets/secret.ts'
import { startTestHouse } from '../support/gateway.ts'
import { callApi, link, refresh } from '../support/linking.ts'
import { typeElsewhere } from '../support/terminal.ts'

test('a grant that the command revokes is over at the next request, in a gateway that remembers its token', async (t) => {
  const house = await startTestHouse(t)
  const [revoked, kept] = [await link(house), await link(house)]
  for (const { access } of [revoked, kept]) t.is((await callApi(house, access)).status, 200)

  const { grant = '' } = (await house.prepared.store.get('access', hashSecret(revoked.access))) ?? {}
  t.regex(
    await typeElsewhere(t, house, 'grant', 'list', '--user', 'ada'),
    new RegExp(`^${grant} +ada +amazon-alexa `, 'm'),
  )
  t.regex(await typeElsewhere(t, house, 'grant', 'revoke', grant), /^amazon-alexa may do nothing in the name of ada/)
  t.is((await callApi(house, revoked.access)).status, 401)
  t.is((await refresh(house, revoked.refresh)).json.error, 'invalid_grant')
  t.is((await callApi(house, kept.access)).status, 200)
  t.is((await refresh(house, kept.refresh)).status, 200)
})

test('what a user has linked stops while the user is disabled by the command, and goes on afterwards', async (t) => {
  const house = await startTestHouse(t)
  const { access, refresh: token } = await link(house)
  t.is((await callApi(house, access)).status, 200)
  await typeElsewhere(t, house, 'user', 'disable', 'ada')
  t.is((await callApi(house, access)).status, 401)
  t.is((await refresh(house, token)).json.error, 'invalid_grant')
  await typeElsewhere(t, house, 'user', 'enable', 'ada')
  t.is((await callApi(house, access)).status, 200)
  t.is((await refresh(house, token)).status, 200)
})
