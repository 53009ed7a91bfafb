import test from 'ava'
import { checkSameClient, findRefreshToken } from '../../../src/oauth/grants/find-refresh-token.ts'
import { CLIENT, PUBLIC_CLIENT, USER } from '../../support/grants.ts'
import { issueTokens, openServer } from '../../support/server.ts'

test('a refresh token is found with its grant, for the client that it was given to', async (t) => {
  const { server } = await openServer(t)
  const { refresh, grant } = await issueTokens(server)
  const found = await findRefreshToken(server, refresh)
  t.is(found.grant.id, grant)
  t.notThrows(() => checkSameClient(found, CLIENT))
  const stranger = { code: 'invalid_grant', message: 'The refresh token is not valid. Link the account again.' }
  t.throws(() => checkSameClient(found, PUBLIC_CLIENT), stranger)
})

test('one that is unknown, expired or revoked, or whose user is gone, is good for nothing, and the log says why', async (t) => {
  const { server, store, advance } = await openServer(t)
  const { refresh, access, grant } = await issueTokens(server)
  const why = async (token: string) => {
    const error = await t.throwsAsync(findRefreshToken(server, token), { code: 'invalid_grant' })
    return (error as unknown as { detail: string }).detail
  }
  for (const token of ['', 'x', access, `${refresh}x`]) t.is(await why(token), 'refresh token unknown or expired')
  await store.put('user', USER.name, { ...USER, disabled: true })
  t.is(await why(refresh), 'refresh token of user ada, who is gone')
  await store.delete('grant', grant)
  t.is(await why(refresh), `refresh token of grant ${grant}, which is revoked`)
  advance(CLIENT.lifetimes.refreshToken)
  t.is(await why(refresh), 'refresh token unknown or expired')
})
