import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { interactionModel, LOCALES } from '../../src/alexa/skill/model/interaction-model.ts'
import { SKILL_ID } from '../support/skill.ts'
import { openTerminal } from '../support/terminal.ts'

type Change = Parameters<typeof openTerminal>[1]

const SKILL = { ids: [SKILL_ID], upstream: 'music-assistant', players: { 'amzn1.ask.device.A': 'Küche' } }

function openSkillTerminal(t: ExecutionContext, change: Change = () => {}) {
  return openTerminal(t, (config) => {
    Object.assign(config.upstreams['music-assistant'], { kind: 'music-assistant' })
    Object.assign(config, { alexa: { skill: structuredClone(SKILL) } })
    change(config)
  })
}

const fieldsOf = (lines: string[]) =>
  Object.fromEntries(lines.map((line) => line.trim().split(/ {2,}/)).filter(({ length }) => length === 2))

test('the console is told field by field, from the configuration, without the secret', async (t) => {
  const { type, folder } = await openSkillTerminal(t)
  mkdirSync(join(folder, 'data'), { recursive: true })
  writeFileSync(join(folder, 'data', 'alexa.secret'), 'the-very-secret', { mode: 0o600 })
  const lines = await type('alexa console')
  const fields = fieldsOf(lines)
  t.is(fields['Default Region'], 'https://dev.jasonhollis.com/alexa/skill')
  t.is(fields['Skill ID, which it shows'], SKILL_ID)
  t.is(fields['Your Web Authorization URI'], 'https://dev.jasonhollis.com/alexa/authorize')
  t.is(fields['Access Token URI'], 'https://dev.jasonhollis.com/alexa/token')
  t.is(fields['Your Client ID'], 'amazon-alexa')
  t.is(fields['Your Authentication Scheme'], 'HTTP Basic, or Credentials in request body')
  t.is(fields['Default Access Token Expiration Time'], '3600')
  t.is(fields['Domain List'], 'empty: the pages load nothing from elsewhere')
  t.is(fields['Skill Invocation Name'], 'music assistant')
  const text = lines.join('\n')
  t.true(text.includes(`what is in ${join(folder, 'data', 'alexa.secret')}; npx skillgate client secret amazon-alexa`))
  t.false(text.includes('the-very-secret'))
  t.deepEqual(
    lines.filter((line) => /^ {2}Scope /.test(line)).map((line) => line.split(/ {2,}/).at(-1)),
    ['music.read', 'music.control', 'user:read'],
  )
  t.is(lines.filter((line) => line.startsWith('  Alexa Redirect URLs')).length, 2)
})

test('what is in the way of Alexa is said below', async (t) => {
  const warningsOf = async (change: Change) => {
    const { type } = await openSkillTerminal(t, change)
    const lines = await type('alexa console')
    return lines.slice(lines.indexOf('What is in the way') + 1).map((line) => line.trim())
  }
  const usual = await warningsOf(() => {})
  t.deepEqual(usual, [
    'Alexa wants a certificate that everybody trusts, not one of the local CA: set tls: { source: files, ... }.',
    'Alexa may also come from https://layla.amazon.com/api/skill/link/MKXZK47785HJ2, which is not among the redirect_uris of amazon-alexa.',
  ])
  const odd = await warningsOf((config) => {
    config.public_url = 'https://dev.jasonhollis.com:8443'
    Object.assign(config.oauth.clients[0]!, {
      redirect_uris: ['https://pitangui.amazon.com/api/skill/link/A1', 'https://layla.amazon.com/api/skill/link/B2'],
      scopes: ['music.read'],
      lifetimes: { access_token: 300 },
    })
    delete (config as { alexa?: unknown }).alexa
  })
  const expected = [
    /^Alexa calls port 443 only/,
    /local CA/,
    /^The redirect URIs have 2 vendor ids: A1, B2\.$/,
    /^Alexa may also come from https:\/\/layla\.amazon\.com\/api\/skill\/link\/A1/,
    /^Alexa may also come from https:\/\/alexa\.amazon\.co\.jp\/api\/skill\/link\/A1/,
    /^Access tokens of amazon-alexa live 300 s; Alexa wants 360 at least\.$/,
    /^There is no alexa\.skill in the configuration/,
  ]
  t.is(odd.length, expected.length, odd.join('\n'))
  for (const [i, form] of expected.entries()) t.regex(odd[i] as string, form)
  const narrow = await warningsOf((config) => Object.assign(config.oauth.clients[0]!, { scopes: ['music.read'] }))
  t.true(narrow.includes('The skill needs the scope music.control, which amazon-alexa may not ask for.'))
})

test('where no client is Alexa, the commands say so', async (t) => {
  const { type } = await openSkillTerminal(t, (config) => {
    config.oauth.clients = config.oauth.clients.filter(({ id }) => id === 'phone')
  })
  for (const words of ['alexa console', 'alexa package out']) {
    await t.throwsAsync(type(words), { name: 'CommandError', message: /^No client in .* is Alexa/ })
  }
})

test('the package has what the ASK CLI deploys, and no secret', async (t) => {
  const { type, folder } = await openSkillTerminal(t)
  const into = join(folder, 'skill')
  const printed = await type(`alexa package ${into}`)
  const json = (name: string) => JSON.parse(readFileSync(join(into, name), 'utf8'))
  t.deepEqual(json('ask-resources.json').profiles.default.skillMetadata, { src: './skill-package' })
  t.is(json('.ask/ask-states.json').profiles.default.skillId, SKILL_ID)
  const { manifest } = json('skill-package/skill.json')
  const endpoint = { uri: 'https://dev.jasonhollis.com/alexa/skill', sslCertificateType: 'SelfSigned' }
  t.deepEqual(manifest.apis.custom.endpoint, endpoint)
  t.deepEqual(manifest.events.endpoint, endpoint)
  t.deepEqual(Object.keys(manifest.publishingInformation.locales), [...LOCALES])
  for (const { examplePhrases } of Object.values<{ examplePhrases: string[] }>(
    manifest.publishingInformation.locales,
  )) {
    t.true(examplePhrases.length <= 3)
  }
  t.deepEqual(json('accountLinking.json'), {
    accountLinkingRequest: {
      skipOnEnablement: false,
      type: 'AUTH_CODE',
      authorizationUrl: 'https://dev.jasonhollis.com/alexa/authorize',
      accessTokenUrl: 'https://dev.jasonhollis.com/alexa/token',
      accessTokenScheme: 'HTTP_BASIC',
      clientId: 'amazon-alexa',
      scopes: ['music.read', 'music.control', 'user:read'],
      domains: [],
      defaultTokenExpirationInSeconds: 3600,
    },
  })
  for (const locale of LOCALES) {
    t.deepEqual(json(`skill-package/interactionModels/custom/${locale}.json`), interactionModel(locale, ['Küche']))
  }
  t.deepEqual(readdirSync(into).sort(), ['.ask', 'accountLinking.json', 'ask-resources.json', 'skill-package'])
  t.is(statSync(join(into, 'accountLinking.json')).mode & 0o777, 0o644)
  t.true(printed.some((line) => line.includes(`--skill-id ${SKILL_ID} `)))
})

test('what somebody else has written there stays, and then nothing is written at all', async (t) => {
  const { type, folder } = await openSkillTerminal(t)
  const into = join(folder, 'skill')
  mkdirSync(into)
  writeFileSync(join(into, 'accountLinking.json'), 'mine')
  await t.throwsAsync(type(`alexa package ${into}`), {
    name: 'CommandError',
    message: /has other files under these names: accountLinking\.json\. .*nothing was written\.$/,
  })
  t.is(readFileSync(join(into, 'accountLinking.json'), 'utf8'), 'mine')
  t.deepEqual(readdirSync(into), ['accountLinking.json'])
})

test('a package is written again where it is the same', async (t) => {
  const { type, folder } = await openSkillTerminal(t)
  const into = join(folder, 'skill')
  const first = await type(`alexa package ${into}`)
  t.deepEqual(await type(`alexa package ${into}`), first)
})

test('with a route for directives there is a Lambda handler that leads there', async (t) => {
  const { type, folder } = await openSkillTerminal(t, (config) => {
    config.routes.push({ path: '/directives', methods: ['POST'], upstream: 'music-assistant', auth: 'alexa-directive' })
  })
  const into = join(folder, 'skill')
  await type(`alexa package ${into}`, { lambda: true })
  const { handler } = await import(join(into, 'lambda', 'index.mjs'))
  t.is(typeof handler, 'function')
  t.true(readFileSync(join(into, 'lambda', 'index.mjs'), 'utf8').includes('"https://dev.jasonhollis.com/directives"'))
})

test('without alexa.skill there is nothing to package, and without a route for directives no Lambda', async (t) => {
  const { type, folder } = await openSkillTerminal(t, (config) => {
    delete (config as { alexa?: unknown }).alexa
  })
  await t.throwsAsync(type(`alexa package ${folder}/out`), { message: /^There is no alexa\.skill in / })
  const other = await openSkillTerminal(t)
  await t.throwsAsync(other.type(`alexa package ${folder}/out`, { lambda: true }), {
    message: /needs a route with auth: alexa-directive, and the configuration has none\. .*methods: \[POST\]/s,
  })
  t.false(existsSync(join(folder, 'out')))
})

test('check says where the skill is', async (t) => {
  const { type, folder } = await openSkillTerminal(t)
  writeFileSync(join(folder, 'data', 'music-assistant.token'), 'one of its own', { mode: 0o600 })
  const lines = await type('check')
  const expected =
    '  skill that plays   https://dev.jasonhollis.com/alexa/skill, with music-assistant: npx skillgate alexa console'
  t.true(lines.includes(expected), lines.join('\n'))
})
