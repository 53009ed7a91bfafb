import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import test, { type ExecutionContext } from 'ava'
import { stringify } from 'yaml'
import { askPassword } from '../../src/cli/ask-password.ts'
import { temporaryFolder } from '../support/environment.ts'
import { testConfig } from '../support/gateway.ts'
import { skillgate } from '../support/process.ts'

const PASSWORD = 'correct horse battery\n'

function writeTestConfig(t: ExecutionContext): string {
  const file = join(temporaryFolder(t), 'gateway.yaml')
  writeFileSync(file, stringify(testConfig('http://127.0.0.1:1')))
  return file
}

test('users are added, listed, given another password and removed', async (t) => {
  const file = writeTestConfig(t)
  const run = (input: string, ...words: string[]) => skillgate([...words, '--config', file], { input })
  t.regex((await run('', 'user', 'list')).stdout, /no user yet.*npx skillgate user add NAME/)
  t.is((await run(PASSWORD, 'user', 'add', 'Ada', 'Ada', 'Lovelace')).stdout, 'ada can sign in now.\n')
  t.regex((await run('', 'user', 'list')).stdout, /^ada\tAda Lovelace\tsince \d{4}-\d\d-\d\d\n$/)
  t.regex((await run('another good one\n', 'user', 'password', 'ADA')).stdout, /^The password of ada is changed/)
  t.is((await run('', 'user', 'remove', 'ada')).stdout, 'ada is removed, and 0 links were ended.\n')
  t.regex((await run('', 'user', 'list')).stdout, /no user yet/)
})

test('a user is disabled, shown as such, and enabled again', async (t) => {
  const file = writeTestConfig(t)
  const run = (...words: string[]) => skillgate([...words, '--config', file], { input: PASSWORD })
  await run('user', 'add', 'ada')
  t.regex(
    (await run('user', 'disable', 'ADA')).stdout,
    /^ada is disabled: .*\nTo undo that: {2}npx skillgate user enable ada\n$/,
  )
  t.regex((await run('user', 'list')).stdout, /^ada\tada\tsince \S+\tdisabled\n$/)
  t.regex((await run('user', 'enable', 'ada')).stdout, /^ada can sign in again/)
  t.regex((await run('user', 'list')).stdout, /^ada\tada\tsince \S+\n$/)
  await run('user', 'password', 'ada')
  await run('user', 'remove', 'ada')
  const lines = readFileSync(join(dirname(file), 'data', 'audit.jsonl'), 'utf8')
    .trim()
    .split('\n')
  const events = lines.map((line) => JSON.parse(line))
  t.deepEqual(
    events.map(({ event }) => event),
    ['user_added', 'user_disabled', 'user_enabled', 'password_changed', 'user_removed'],
  )
  for (const { user } of events) t.is(user, 'ada')
})

test('what cannot be done is said in one line, with exit code 1', async (t) => {
  const file = writeTestConfig(t)
  await skillgate(['user', 'add', 'ada', '--config', file], { input: PASSWORD })
  const refusals: [string[], string, RegExp][] = [
    [['user', 'add', 'ADA'], PASSWORD, /^There is already a user called ada\.$/],
    [['user', 'add', 'ᴬdmin'], PASSWORD, /^A user name is 1 to 64 ASCII letters/],
    [['user', 'add', 'bob'], 'short\n', /^A password has at least 10 characters\.$/],
    [
      ['user', 'add', 'bob'],
      'Password123\n',
      /^This password is too easy to guess\. It is one of the passwords that everybody tries first\./,
    ],
    [['user', 'disable', 'eve'], '', /^There is no user called eve/],
    [['user', 'enable'], '', /^Say who: skillgate user enable NAME$/],
    [['user', 'add', 'bob'], '', /^There was no password on standard input/],
    [['user', 'add', 'bob', 'Bob\nX-Forged: yes'], PASSWORD, /^A display name has 1 to 100 characters on one line\.$/],
    [['user', 'add'], PASSWORD, /^Say who: skillgate user add NAME$/],
    [['user', 'remove', 'eve'], '', /^There is no user called eve/],
    [['user', 'rename', 'ada'], '', /^Say what to do: skillgate user add \| list/],
    [['check', 'everything'], '', /^"check" takes nothing more; "everything" is too much\.$/],
    [['user', 'password', 'eve'], '', /^There is no user called eve/],
    [['user', 'unlock'], '', /^Say either: skillgate user unlock NAME \[--code\], or: .*--address ADDRESS$/],
    [['user', 'unlock', 'ada', '--address', '192.0.2.7'], '', /^Say either: /],
    [['user', 'unlock', '--code', '--address', '192.0.2.7'], '', /^Say either: /],
    [['user', 'unlock', 'ada', 'bob'], '', /^"user unlock" takes one name; "bob" is too much\.$/],
    [['user', 'unlock', 'eve', '--code'], '', /^There is no user called eve/],
    [['user', 'unlock', 'no name'], '', /^A user name is 1 to 64 ASCII letters/],
    [['user', 'unlock', '--address', 'kitchen'], '', /^"kitchen" is no IP address\. "skillgate audit" has those/],
    [['usre', 'list'], '', /^There is no command "usre"/],
    [['user', 'list', '--confg', 'x'], '', /^Unknown option --confg\. /],
  ]
  for (const [words, input, expected] of refusals) {
    const { code, stdout, stderr } = await skillgate([...words, '--config', file], { input })
    t.is(code, 1, words.join(' '))
    t.is(stdout, '')
    t.regex(stderr.trimEnd(), expected)
    t.is(stderr.trimEnd().split('\n').length, 1)
  }
})

function terminal(t: ExecutionContext) {
  let raw = false
  const setRawMode = (mode: boolean) => {
    raw = mode
    return input
  }
  const input = Object.assign(new PassThrough(), { isTTY: true, setRawMode })
  const output = new PassThrough()
  t.teardown(() => input.destroy())
  let shown = ''
  const ask = (answers: Record<string, string>) => {
    output.setEncoding('utf8').on('data', (text: string) => {
      shown += text
      if (text !== '\n') t.true(raw, `the terminal echoes what is typed at "${text}"`)
      if (answers[text]) input.write(answers[text])
    })
    return askPassword({}, input as unknown as NodeJS.ReadStream, output as unknown as NodeJS.WriteStream)
  }
  return { ask, shown: () => shown, echoes: () => !raw }
}

test('at a terminal a password is asked for twice and never shown', async (t) => {
  const { ask, shown, echoes } = terminal(t)
  t.is(await ask({ 'Password: ': 'not to be seen\r', 'Again: ': 'not to be seen\r' }), 'not to be seen')
  t.is(shown(), 'Password: \nAgain: \n')
  t.true(echoes())
})

test('two passwords that differ are refused', async (t) => {
  const { ask } = terminal(t)
  const asked = ask({ 'Password: ': 'not to be seen\r', 'Again: ': 'not to be sene\r' })
  await t.throwsAsync(asked, { message: 'The two passwords differ.' })
})

test('whoever presses Ctrl-C or Ctrl-D instead of a password is told that there was none', async (t) => {
  for (const key of ['\x03', '\x04']) {
    const { ask, echoes } = terminal(t)
    await t.throwsAsync(ask({ 'Password: ': key }), { message: 'No password was given.' })
    t.true(echoes())
  }
})
