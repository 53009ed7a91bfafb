import test, { type ExecutionContext } from 'ava'
import { Parameters } from '../../../src/oauth/checks/parameters.ts'
import type { RegisteredClient } from '../../../src/oauth/clients/clients.ts'
import type { Known } from '../../../src/oauth/endpoints/known.ts'
import { exchangeCode } from '../../../src/oauth/grants/exchange-code.ts'
import { issueCode } from '../../../src/oauth/grants/issue-code.ts'
import { CLIENT, PUBLIC_CLIENT, USER } from '../../support/grants.ts'
import { openServer } from '../../support/server.ts'

const BACK = 'https://client.example/back'
const ATTEMPT = 'aB3-_xYz09'

/** A server with a code for the client. */
async function open(t: ExecutionContext) {
  const opened = await openServer(t)
  const { server } = opened
  const authorization = { client: CLIENT, redirectUri: BACK, scopes: ['music.read'], signInAgain: false }
  const code = await issueCode(server, authorization, USER, { attempt: ATTEMPT })
  const known: Known = {}
  const exchange = (change: Record<string, string> = {}, client: RegisteredClient = CLIENT) => {
    const parameters = new Parameters(new URLSearchParams({ code, redirect_uri: BACK, ...change }).toString())
    return exchangeCode(server, { client, parameters, address: '192.0.2.1', known })
  }
  return { ...opened, code, known, exchange }
}

test('a code gives tokens, and the attempt to link that it came from goes on in the grant and the audit trail', async (t) => {
  const { exchange, known, events, store } = await open(t)
  const { scope } = await exchange()
  t.is(scope, 'music.read')
  t.is(known.attempt, ATTEMPT)
  t.like(events[0], { event: 'code_redeemed', attempt: ATTEMPT, client: CLIENT.id, user: 'ada' })
  t.is((await store.get('grant', events[0]!.grant!))?.attempt, ATTEMPT)
})

test('each reason not to take a code has its own detail, and the client is told one and the same', async (t) => {
  const { exchange, known, advance } = await open(t)
  const refusal = { code: 'invalid_grant', message: 'The authorization code is not valid.' }
  const refused = async (change: Record<string, string>, client: RegisteredClient = CLIENT) =>
    (await t.throwsAsync(exchange(change, client), refusal)) as unknown as { detail: string }
  t.is((await refused({ code: 'x' })).detail, 'code unknown or expired')
  t.is(known.attempt, undefined)
  t.is((await refused({}, PUBLIC_CLIENT)).detail, 'code issued to alexa, sent by phone')
  t.is(known.attempt, ATTEMPT, 'from here on it is known which attempt fails')
  t.regex(
    (await refused({ redirect_uri: `${BACK}/` })).detail,
    /^code issued for https:.*, sent for another redirect URI$/,
  )
  await t.throwsAsync(exchange({ code_verifier: 'v'.repeat(43) }), { code: 'invalid_grant', message: /code_verifier/ })
  t.truthy((await exchange()).access_token, 'nothing of that has spent it')
  t.is((await refused({})).detail, 'code used twice at the same time')
  advance(300_000)
  t.is((await refused({})).detail, 'code unknown or expired')
})

test('a code and its redirect URI have to be there', async (t) => {
  const { exchange } = await open(t)
  await t.throwsAsync(exchange({ code: '' }), { code: 'invalid_request', message: 'The parameter code is missing.' })
  const missing = { code: 'invalid_request', message: 'The parameter redirect_uri is missing.' }
  await t.throwsAsync(exchange({ redirect_uri: '' }), missing)
})
