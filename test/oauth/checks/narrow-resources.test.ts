import test, { type ExecutionContext } from 'ava'
import { coversResource } from '../../../src/http/covers-resource.ts'
import { checkAfterTrust } from '../../../src/oauth/checks/check-authorization-request.ts'
import { Parameters } from '../../../src/oauth/checks/parameters.ts'
import { handleToken } from '../../../src/oauth/endpoints/handle-token.ts'
import { issueCode } from '../../../src/oauth/grants/issue-code.ts'
import { CLIENT, USER } from '../../support/grants.ts'
import { AS_CLIENT, HOME, issueTokens, openServer, postForm } from '../../support/server.ts'

const [API, ANY] = [`${HOME}/api`, `${HOME}/any`]
const [redirectUri = ''] = CLIENT.redirect_uris

/** A code for these resources, and what its exchange with others is answered. */
async function withCode(t: ExecutionContext, resource: string[]) {
  const opened = await openServer(t)
  const { server } = opened
  const query = new URLSearchParams({ response_type: 'code', scope: 'music.read' })
  for (const one of resource) query.append('resource', one)
  const target = { client: CLIENT, redirectUri }
  const request = checkAfterTrust(server, new Parameters(query.toString()), target)
  const code = await issueCode(server, request, USER)
  const form = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, ...AS_CLIENT }
  return { ...opened, exchange: (asked: string[]) => postForm(server, handleToken, { ...form, resource: asked }) }
}

const known: [asked: string[], granted: string[] | undefined][] = [
  [[], undefined],
  [[''], undefined],
  [[API], [API]],
  [
    [API, ANY, API],
    [API, ANY],
  ],
  [[HOME], [HOME]],
  [[`${HOME}/`], [HOME]],
  [['HTTPS://Home.Example:443/api/'], [API]],
  [[`${API}/`, API, `${HOME}:443/%61pi`], [API]],
  [[`${ANY}/deep/`], [`${ANY}/deep`]],
  [[`${ANY}/%C3%A9`, `${ANY}/%c3%a9`], [`${ANY}/%C3%A9`]],
]
for (const [asked, granted] of known) {
  test(`a token is for ${granted?.join(' and ') ?? 'all'} where its authorization asked for ${JSON.stringify(asked)}`, async (t) => {
    const { server, store, exchange } = await withCode(t, asked)
    const { status, json } = await exchange([])
    t.is(status, 200)
    t.deepEqual((await server.accessTokens.find(json.access_token))?.resources, granted)
    const [{ value: grant } = { value: undefined }] = (await store.list('grant', '', undefined, 1)).entries
    t.deepEqual(grant?.resources, granted)
  })
}

test('an authorization for what is not served here is invalid_target, also beside what is', async (t) => {
  const { server } = await openServer(t)
  const target = { client: CLIENT, redirectUri }
  const unknown = [
    'https://evil.example',
    `${HOME}.evil.example`,
    `${HOME}/other`,
    `${HOME}/API`,
    `${HOME}/api/x`,
    `${HOME}//`,
    `${HOME}:444`,
    `${HOME}./api`,
    'http://home.example',
    'https://ada@home.example/api',
    'https://home.example@evil.example/api',
    'https://home.example\\@evil.example/api',
    'https:home.example/api',
    'https:/home.example/api',
    'https://home.example:99999/api',
    'https://höme.example/api',
    ` ${API}`,
    `${API}\t`,
    `${API}?x=y`,
    `${API}?`,
    `${API}#`,
    `${ANY}/../api`,
    `${ANY}/./x`,
    `${ANY}/%2e%2e/api`,
    `${ANY}/x%2fy`,
    `${ANY}/x%5cy`,
    `${ANY}/x%`,
    `${ANY}/x%zz`,
    `${ANY}//x`,
    `${ANY}/ä`,
    '/api',
    'api',
    '*',
    `${API}#x`,
    `${API} ${ANY}`,
  ]
  for (const resource of unknown) {
    for (const more of ['', `&resource=${encodeURIComponent(API)}`]) {
      const query = `response_type=code&scope=music.read&resource=${encodeURIComponent(resource)}${more}`
      t.throws(() => checkAfterTrust(server, new Parameters(query), target), { code: 'invalid_target' }, query)
    }
  }
})

test('an exchange may narrow the access token, and a refresh may have all of it again', async (t) => {
  const { server, exchange } = await withCode(t, [API, ANY])
  const { json } = await exchange([API])
  t.deepEqual((await server.accessTokens.find(json.access_token))?.resources, [API])
  const refresh = async (resource: string[]) => {
    const form = { grant_type: 'refresh_token', refresh_token: json.refresh_token, ...AS_CLIENT }
    const { json: refreshed } = await postForm(server, handleToken, { ...form, resource })
    return refreshed.error ?? (await server.accessTokens.find(refreshed.access_token))?.resources
  }
  t.deepEqual(await refresh([]), [API, ANY])
  t.deepEqual(await refresh([ANY]), [ANY])
  t.deepEqual(await refresh([ANY, API]), [ANY, API])
  t.is(await refresh([HOME]), 'invalid_target')
  t.is(await refresh([API, HOME]), 'invalid_target')
  t.is(await refresh(['https://evil.example']), 'invalid_target')
})

test('an exchange for more than was consented to is invalid_target, and does not spend the code', async (t) => {
  const { exchange } = await withCode(t, [API])
  for (const asked of [[ANY], [HOME], [API, ANY], ['https://evil.example']]) {
    const { status, json } = await exchange(asked)
    t.is(status, 400)
    t.is(json.error, 'invalid_target', asked.join())
  }
  t.is((await exchange([API])).status, 200)
})

test('who was given all, or the whole of the server, may ask for a part', async (t) => {
  for (const granted of [[], [HOME]]) {
    const { server, exchange } = await withCode(t, granted)
    const { json } = await exchange([ANY])
    t.deepEqual((await server.accessTokens.find(json.access_token))?.resources, [ANY])
  }
})

test('a refresh token that was never narrowed gives what is for all', async (t) => {
  const { server } = await openServer(t)
  const { refresh } = await issueTokens(server)
  const form = { grant_type: 'refresh_token', refresh_token: refresh, ...AS_CLIENT }
  const { json } = await postForm(server, handleToken, form)
  t.is((await server.accessTokens.find(json.access_token))?.resources, undefined)
})

test('a token is good for its resources, and for what is below them', (t) => {
  t.true(coversResource(undefined, API))
  t.true(coversResource([HOME], HOME))
  t.true(coversResource([HOME], API))
  t.true(coversResource([API], API))
  t.true(coversResource([API], `${API}/deep`))
  t.true(coversResource([ANY, API], API))
  t.false(coversResource([], HOME))
  t.false(coversResource([], API))
  t.false(coversResource([API], HOME))
  t.false(coversResource([API], ANY))
  t.false(coversResource([API], `${API}2`))
  t.false(coversResource([`${API}/deep`], API))
  t.false(coversResource([HOME], `${HOME}.evil.example`))
  t.false(coversResource([HOME], `${HOME}:444/api`))
})
