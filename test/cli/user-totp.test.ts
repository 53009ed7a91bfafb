import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { fileURLToPath } from 'node:url'
import test, { type ExecutionContext } from 'ava'
import { stringify } from 'yaml'
import { askLine } from '../../src/cli/ask-password.ts'
import { recovery, totp } from '../../src/cli/user/user-totp.ts'
import type { StoreTools } from '../../src/cli/with-store.ts'
import { systemEnvironment } from '../../src/config/environment.ts'
import { temporaryFolder } from '../support/environment.ts'
import { testConfig } from '../support/gateway.ts'
import { skillgate } from '../support/process.ts'
import { codeOf, cookieOf, enter, HOME, openPeople } from '../users/people.ts'

const LAUNCHER = fileURLToPath(new URL('../../bin/skillgate.js', import.meta.url))

/** What the actions work with, and what they print. */
async function openTools(t: ExecutionContext) {
  const house = await openPeople(t)
  let printed = ''
  const world = {
    ...house.environment,
    print: (line: string) => {
      printed += `${line}\n`
    },
  }
  const config = { data_dir: house.folder, public_url: 'https://dev.jasonhollis.com' }
  const tools = { world, config, store: house.store, audit: house.audit } as unknown as StoreTools
  const secret = () => /\/totp\/.*[?&]secret=([A-Z2-7]{32})&/.exec(printed)?.[1] ?? ''
  const recoveryCodes = () => [...printed.matchAll(/^ {2}([a-z2-7]{4}(?:-[a-z2-7]{4}){3})$/gm)].map(([, code]) => code!)
  return { ...house, tools, secret, recoveryCodes, printed: () => printed }
}

test('a second factor is switched on with a code that the app shows, and then asked for at each sign-in', async (t) => {
  const house = await openTools(t)
  await totp(house.tools, ['ADA'], async () => codeOf(house.secret(), house))
  t.regex(house.printed(), /▀.*▄/s)
  t.true(house.printed().includes(house.secret().replace(/.{4}(?=.)/g, '$& ')))
  t.regex(house.printed(), /otpauth:\/\/totp\/dev\.jasonhollis\.com:ada\?issuer=dev\.jasonhollis\.com/)
  t.is(house.recoveryCodes().length, 10)
  t.deepEqual(house.events as object[], [{ event: 'totp_changed', user: 'ada', detail: 'switched on' }])

  const entered = await enter(house)
  t.is(entered.kind, 'second-factor')
  const attempt = { cookies: cookieOf(entered), code: house.recoveryCodes()[9]!, address: HOME }
  t.is((await house.people.checkSecondFactor(attempt)).kind, 'signed-in')
})

test('the QR code is white on black whatever the colours of the terminal are, with two modules around it', async (t) => {
  const house = await openTools(t)
  await totp(house.tools, ['ada'], async () => codeOf(house.secret(), house))
  const lines = house
    .printed()
    .split('\n')
    .filter((line) => line.includes('█'))
  const [first = '', second = ''] = lines
  t.true(lines.length > 10)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
  for (const line of lines) t.regex(line, /^\u001b\[97;40m██.*██\u001b\[0m$/)
  t.is(new Set(first.slice('\u001b[97;40m'.length, -'\u001b[0m'.length)).size, 1)
  t.regex(second, /m██ ▄▄▄▄▄ █/)
})

test('a mistyped code may be typed again, twice; after the third nothing is changed', async (t) => {
  const house = await openTools(t)
  let asked = 0
  await totp(house.tools, ['ada'], async () => (++asked < 3 ? '000000' : codeOf(house.secret(), house)))
  t.is(asked, 3)
  const before = await house.store.get('user', 'ada')
  t.truthy(before?.totp)
  asked = 0
  const failing = totp(house.tools, ['ada'], async () => {
    asked++
    return 'nonsense'
  })
  await t.throwsAsync(failing, { message: /^Nothing was changed: the code was not right.*clock/ })
  t.is(asked, 3)
  t.deepEqual(await house.store.get('user', 'ada'), before)
})

test('the second factor is switched off, and the password is enough', async (t) => {
  const house = await openTools(t)
  await totp(house.tools, ['ada'], async () => codeOf(house.secret(), house))
  await totp(house.tools, ['ada', 'off'])
  t.regex(house.printed(), /ada needs only the password now/)
  t.is((await enter(house)).kind, 'signed-in')
  t.deepEqual(house.events[1] as object, { event: 'totp_changed', user: 'ada', detail: 'switched off' })
})

test('new recovery codes are printed, and the old ones are good no more', async (t) => {
  const house = await openTools(t)
  await t.throwsAsync(recovery(house.tools, ['ada']), { message: /^ada has no second factor/ })
  await totp(house.tools, ['ada'], async () => codeOf(house.secret(), house))
  await recovery(house.tools, ['ada'])
  const codes = house.recoveryCodes()
  t.is(new Set(codes).size, 20)
  t.deepEqual(house.events[1] as object, { event: 'totp_changed', user: 'ada', detail: 'new recovery codes' })
  const cookies = cookieOf(await enter(house))
  const kindOf = async (code: string) => (await house.people.checkSecondFactor({ cookies, code, address: HOME })).kind
  t.is(await kindOf(codes[0]!), 'wrong')
  t.is(await kindOf(codes[10]!), 'signed-in')
})

test('who is meant has to be said, and nothing but "off" comes after it', async (t) => {
  const { tools } = await openTools(t)
  await t.throwsAsync(totp(tools, []), { message: 'Say who: skillgate user totp NAME' })
  await t.throwsAsync(recovery(tools, []), { message: 'Say who: skillgate user recovery NAME' })
  await t.throwsAsync(totp(tools, ['bob']), { message: /^There is no user called bob/ })
  await t.throwsAsync(totp(tools, ['ada', 'on']), { message: /^Say either: skillgate user totp ada, or .* off$/ })
})

test('a line is asked for in plain sight; where none comes that is said', async (t) => {
  const output = new PassThrough().setEncoding('utf8')
  const ask = (input: PassThrough) =>
    askLine('Code: ', input as unknown as NodeJS.ReadStream, output as unknown as NodeJS.WriteStream)
  const input = new PassThrough()
  input.write('123 456\n')
  t.is(await ask(input), '123 456')
  t.is(output.read(), 'Code: \n')
  input.end('654 321\n')
  t.is(await ask(input), '654 321')
  await t.throwsAsync(ask(input), { message: 'Nothing was typed.' })
  input.destroy()
  await t.throwsAsync(ask(input), { message: 'Nothing was typed.' })
})

test('in a process of its own the code is read from standard input, and the audit file tells of it all', async (t) => {
  const folder = temporaryFolder(t)
  const file = join(folder, 'gateway.yaml')
  writeFileSync(file, stringify(testConfig('http://127.0.0.1:1')))
  const run = (...words: string[]) => skillgate([...words, '--config', file], { input: 'correct horse battery\n' })
  await run('user', 'add', 'ada')

  const child = spawn(process.execPath, [LAUNCHER, 'user', 'totp', 'ada', '--config', file])
  t.teardown(() => child.kill('SIGKILL'))
  let printed = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  while (!/otpauth:.*\n/.test(printed)) await once(child.stdout, 'data')
  const secret = /secret=([A-Z2-7]{32})/.exec(printed)?.[1] ?? ''
  child.stdin.end(`${codeOf(secret, { environment: systemEnvironment })}\n`)
  t.deepEqual(await once(child, 'close'), [0, null])
  t.regex(printed, /From now on ada needs a code/)

  t.regex((await run('user', 'list')).stdout, /^ada\t.*\twith a second factor\n$/)
  t.is((await run('user', 'totp', 'ada')).stderr.trimEnd().split('\n').at(-1), 'Nothing was typed.')
  const events = readFileSync(join(folder, 'data', 'audit.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.deepEqual(
    events.map(({ event, user }) => [event, user]),
    [
      ['user_added', 'ada'],
      ['totp_changed', 'ada'],
    ],
  )
  t.false(JSON.stringify(events).includes(secret))
})
