import { setImmediate } from 'node:timers/promises'
import test, { type ExecutionContext } from 'ava'
import { runCommand } from '../../src/cli/commands.ts'
import type { CommandOptions, World } from '../../src/cli/world.ts'
import { Browser } from '../support/browser.ts'
import { ADA, startTestHouse, type TestHouse } from '../support/gateway.ts'
import { checkHoldsNoSecret, noteIssued } from '../support/issued-secrets.ts'
import { ALEXA_REQUEST, approve, callApi, exchange, link, openAuthorize, refresh } from '../support/linking.ts'
import { skillgate } from '../support/process.ts'

const MINUTE = 60_000
const TYPED = { username: ADA.name, password: ADA.password }
const ELSEWHERE = 'https://pitangui.amazon.com/api/skill/link/MKXZK47785HJ2'
/** What nobody may find in what is printed. */
const PRIVATE = ['wrong horse', ADA.password, 'not-the-secret', ALEXA_REQUEST.state]

/** A gateway, and a terminal beside it in which `skillgate trace` is typed. */
async function open(t: ExecutionContext) {
  const house = await startTestHouse(t)
  const trace = async (options: CommandOptions = {}): Promise<string[]> => {
    const lines: string[] = []
    const { configFile, now, randomBytes } = house
    const world: World = {
      configFile,
      now,
      randomBytes,
      variables: {},
      print: (line) => lines.push(line),
      askPassword: () => Promise.reject(new Error('nobody is asked')),
      untilStopped: () => Promise.resolve(),
      onHangup: () => {},
    }
    t.is(await runCommand(world, options, ['trace']), 0)
    checkIsHarmless(t, house, lines.join('\n'))
    return lines
  }
  return { house, trace, verdict: async (options: CommandOptions = {}) => readVerdict(await trace(options)) }
}

function checkIsHarmless(t: ExecutionContext, { secrets }: TestHouse, printed: string): void {
  for (const secret of [...PRIVATE, ...Object.values(secrets)]) t.false(printed.includes(secret), secret)
  checkHoldsNoSecret(printed, 'what trace prints')
}

/** Of the latest attempt: whose it is, the names of its steps, what it means, and what to do. */
function readVerdict(lines: string[]) {
  const end = lines.findLastIndex((line) => line.startsWith('  => '))
  const start = lines.findLastIndex((line, i) => i < end && !line.startsWith(' '))
  return {
    who: lines[start],
    steps: lines.slice(start + 1, end).map((line) => line.trim().split('  ')[1]),
    words: lines[end]?.slice('  => '.length),
    todo: lines[end + 1]?.trim(),
  }
}

/** Approves, and keeps the code. */
async function approveWith(house: TestHouse): Promise<string> {
  const code = (await approve(house)).get('code')
  noteIssued(code)
  return String(code)
}

async function untilHappened(house: TestHouse, name: string): Promise<void> {
  while (!house.events().some(({ event }) => event === name)) await setImmediate()
}

const SHOWN = ['page to link opened']
const APPROVED = [...SHOWN, 'signed in', 'consented']

test('before anything has come, the way to the gateway is what to look at', async (t) => {
  const { trace } = await open(t)
  const [words, todo] = await trace()
  t.is(words, 'No attempt to link has ever reached this gateway.')
  t.regex(
    todo!,
    /^The Web Authorization URI in the Alexa console \(or the address that another app was given\) is wrong/,
  )
})

test('a link that works is told from its page to its first call, and with its refreshes', async (t) => {
  const { house, verdict } = await open(t)
  const tokens = await link(house)
  t.is((await verdict()).words, 'Under way: the next step may still come.')
  t.is((await callApi(house, tokens.access)).status, 200)
  await untilHappened(house, 'first_call')
  t.deepEqual(await verdict(), {
    who: 'amazon-alexa for ada',
    steps: [...APPROVED, 'code redeemed', 'first call'],
    words: 'Linked, and it works.',
    todo: '',
  })
  for (let i = 0; i < 2; i++) t.is((await refresh(house, tokens.refresh)).status, 200)
  t.is((await callApi(house, tokens.access)).status, 200)
  const { steps, words } = await verdict()
  t.deepEqual(steps, [...APPROVED, 'code redeemed', 'first call', 'tokens refreshed'])
  t.is(words, 'Linked, and it works; its tokens were refreshed 2 times.')
})

test('one: a wrong redirect URI', async (t) => {
  const { house, verdict } = await open(t)
  t.is((await openAuthorize(house, { redirect_uri: 'https://pitangui.amazon.com/api/skill/link/OTHER' })).status, 400)
  t.deepEqual(await verdict(), {
    who: 'amazon-alexa',
    steps: ['page to link refused'],
    words: 'Page not shown: the request to link was refused.',
    todo: "Put the redirect URI that the Alexa console shows into the client's redirect_uris in gateway.yaml.",
  })
})

test('two: a client id that nobody has', async (t) => {
  const { house, verdict } = await open(t)
  t.is((await openAuthorize(house, { client_id: 'alexa' })).status, 400)
  t.deepEqual(await verdict(), {
    who: 'an unknown client',
    steps: ['page to link refused'],
    words: 'Page not shown: the request to link was refused.',
    todo: 'The client id in the Alexa console has to be one that gateway.yaml has.',
  })
})

test('a scope that the client may not have, and a request that is no link', async (t) => {
  const { house, verdict } = await open(t)
  t.is((await openAuthorize(house, { scope: 'music.all' })).status, 303)
  t.is((await verdict()).todo, 'The scopes in the Alexa console have to be among those of the client in gateway.yaml.')
  t.is((await openAuthorize(house, { response_type: 'token' })).status, 303)
  t.is((await verdict()).todo, 'Compare what it sent, above, with the Alexa console.')
})

test('three: a page at which nobody signed in', async (t) => {
  const { house, verdict } = await open(t)
  await openAuthorize(house)
  house.advance(5 * MINUTE - 1000)
  t.is((await verdict()).words, 'Under way: the next step may still come.')
  house.advance(1000)
  const { who, steps, words, todo } = await verdict()
  t.deepEqual([who, steps, words], ['amazon-alexa', SHOWN, 'Page shown, nobody signed in.'])
  t.regex(todo!, /look for a warning of the certificate/)
})

test('four: a wrong password, until nobody is let in for a while', async (t) => {
  const { house, verdict } = await open(t)
  const browser = new Browser(house)
  let page = await openAuthorize(house, {}, browser)
  for (let i = 1; i <= 5; i++) {
    page = await browser.submit(page, { ...TYPED, password: 'wrong horse' })
    const { who, steps, words } = await verdict()
    t.deepEqual([who, steps.length], ['amazon-alexa for ada', 1 + i])
    t.is(words, 'Page shown, but the sign-in failed: a wrong name, password or code.')
  }
  page = await browser.submit(page, TYPED)
  t.is(page.status, 429)
  const locked = await verdict()
  t.deepEqual(locked.steps, [...SHOWN, ...Array(5).fill('sign-in failed'), 'locked out'])
  t.is(locked.words, 'Page shown, but after too many failures no sign-in is accepted for a while.')
  t.regex(locked.todo!, /^Wait ten minutes/)
  // Whoever waits, and then gets it right, has linked.
  house.advance(11 * MINUTE)
  await browser.submit(await openAuthorize(house, {}, browser), TYPED)
  t.is((await verdict()).words, 'Under way: the next step may still come.')
})

test('a form without its cookie', async (t) => {
  const { house, verdict } = await open(t)
  t.is((await new Browser(house).submit(await openAuthorize(house), TYPED)).status, 403)
  const { steps, words } = await verdict()
  t.deepEqual(steps, [...SHOWN, 'page to link refused'])
  t.is(words, 'Page shown, but what it sent back was not taken.')
})

test('five: a link that was denied', async (t) => {
  const { house, verdict } = await open(t)
  const browser = new Browser(house)
  await browser.submit(await openAuthorize(house, {}, browser), {}, 'deny')
  const { who, steps, words } = await verdict()
  t.deepEqual([who, steps], ['amazon-alexa', [...SHOWN, 'denied']])
  t.is(words, 'Page shown, and Deny was chosen.')
})

test('six: approved, and no token request', async (t) => {
  const { house, verdict } = await open(t)
  await approveWith(house)
  house.advance(29_000)
  t.is((await verdict()).words, 'Under way: the next step may still come.')
  house.advance(1000)
  const { who, steps, words, todo } = await verdict()
  t.deepEqual([who, steps], ['amazon-alexa for ada', APPROVED])
  t.is(
    words,
    "Page shown, approved, no token request: the Access Token URI in the Alexa console is wrong, or the certificate isn't trusted.",
  )
  t.regex(todo!, /^Compare the Access Token URI/)
})

test('seven: a token request with a wrong secret, or of a client that nobody knows', async (t) => {
  for (const credentials of [{ client_secret: 'not-the-secret' }, { client_id: 'alexa' }]) {
    const { house, verdict } = await open(t)
    t.is((await exchange(house, await approveWith(house), credentials)).json.error, 'invalid_client')
    t.deepEqual(await verdict(), {
      who: 'amazon-alexa for ada',
      steps: [...APPROVED, 'token request refused'],
      words: 'Token request refused: the client id or the secret is wrong.',
      todo: '"skillgate client secret ID" shows the secret that is right here: put it, and the client\'s id, into the Alexa console.',
    })
  }
})

test('seven: a token request with another redirect URI', async (t) => {
  const { house, verdict } = await open(t)
  t.is((await exchange(house, await approveWith(house), { redirect_uri: ELSEWHERE })).json.error, 'invalid_grant')
  const { who, steps, words, todo } = await verdict()
  t.deepEqual([who, steps], ['amazon-alexa for ada', [...APPROVED, 'token request refused']])
  t.is(words, 'Token request refused: it names another redirect URI than the page was opened with.')
  t.regex(todo!, /^The Alexa console has to send the same redirect URI both times/)
})

test('seven: a code that comes too late, though nothing is known of it any more', async (t) => {
  const { house, verdict } = await open(t)
  const code = await approveWith(house)
  house.advance(5 * MINUTE)
  t.is((await exchange(house, code)).json.error, 'invalid_grant')
  const { who, steps, words, todo } = await verdict()
  t.deepEqual([who, steps], ['amazon-alexa for ada', [...APPROVED, 'token request refused']])
  t.is(words, 'Token request refused: the code is unknown, expired or used.')
  t.regex(todo!, /is this machine's clock right/)
})

test('a code that is used again, long after', async (t) => {
  const { house, verdict } = await open(t)
  const code = await approveWith(house)
  t.is((await exchange(house, code)).status, 200)
  house.advance(2 * MINUTE)
  t.is((await exchange(house, code)).json.error, 'invalid_grant')
  t.is((await verdict()).words, 'The code was used a second time, so all that came of it was ended.')
})

test('linked, but never a call', async (t) => {
  const { house, verdict } = await open(t)
  const { access } = await link(house)
  house.advance(10 * MINUTE)
  const { who, steps, words, todo } = await verdict()
  t.deepEqual([who, steps], ['amazon-alexa for ada', [...APPROVED, 'code redeemed']])
  t.is(words, 'Linked, but never a call.')
  t.regex(todo!, /the skill's endpoint \(in the Alexa console, or in its Lambda\) leads elsewhere/)
  // What the authorization server itself answers is no call.
  t.is((await callApi(house, undefined)).status, 401)
  t.is((await verdict()).words, 'Linked, but never a call.')
  t.is((await callApi(house, access)).status, 200)
  await untilHappened(house, 'first_call')
  t.is((await verdict()).words, 'Linked, and it works.')
})

test('a link that was ended', async (t) => {
  const { house, verdict } = await open(t)
  const { access } = await link(house)
  t.is((await callApi(house, access)).status, 200)
  await untilHappened(house, 'first_call')
  const [{ grant }] = house.events().filter(({ event }) => event === 'code_redeemed') as [{ grant: string }]
  const { code, stderr } = await skillgate(['grant', 'revoke', grant, '--config', house.configFile])
  t.is(code, 0, stderr)
  t.is((await verdict()).words, 'Was linked, and has been ended.')
})

test('attempts one after the other are kept apart, also by a program of its own, beside the gateway', async (t) => {
  const { house, trace } = await open(t)
  t.is((await openAuthorize(house, { client_id: 'alexa' })).status, 400)
  const first = await approve(house, { state: 'first' })
  t.is((await exchange(house, first.get('code'), { client_secret: 'not-the-secret' })).status, 401)
  const browser = new Browser(house)
  const page = await openAuthorize(house, { state: 'second' }, browser)
  await browser.submit(page, TYPED, 'deny')
  const third = await approve(house, { state: 'third' })
  const { json } = await exchange(house, third.get('code'))
  t.is((await callApi(house, String(json.access_token))).status, 200)
  await untilHappened(house, 'first_call')

  const verdicts = (lines: string[]) => lines.map((line) => JSON.parse(line).verdict)
  const expected = ['link refused', 'token refused', 'denied', 'works']
  t.deepEqual(verdicts(await trace({ json: true })), expected)
  t.deepEqual(verdicts(await trace({ json: true, last: '2' })), ['denied', 'works'])

  const { stdout } = await skillgate(['trace', '--json', '--config', house.configFile])
  checkIsHarmless(t, house, stdout)
  t.deepEqual(verdicts(stdout.trim().split('\n')), expected)
})
