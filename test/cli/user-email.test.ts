import { readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { stringify } from 'yaml'
import { temporaryFolder } from '../support/environment.ts'
import { testConfig } from '../support/gateway.ts'
import { skillgate } from '../support/process.ts'

const PASSWORD = 'correct horse battery\n'

function openFolder(t: ExecutionContext, scopes: Record<string, string> = {}) {
  const file = join(temporaryFolder(t), 'gateway.yaml')
  const config = testConfig('http://127.0.0.1:1')
  Object.assign(config.oauth.scopes, scopes)
  writeFileSync(file, stringify(config))
  const run = (...words: string[]) => skillgate([...words, '--config', file], { input: PASSWORD })
  return { run, audit: () => readFileSync(join(dirname(file), 'data', 'audit.jsonl'), 'utf8') }
}

test('somebody’s e-mail address is written down, shown, listed, changed and forgotten', async (t) => {
  const { run, audit } = openFolder(t)
  const added = await run('user', 'add', 'ada', 'Ada', 'Lovelace', '--email', 'ada@example.com')
  t.regex(added.stdout, /^ada can sign in now\.\nEach client that has the scope user:read is told ada@example\.com/)
  t.is((await run('user', 'email', 'ADA')).stdout, 'ada@example.com\n')
  t.regex((await run('user', 'list')).stdout, /^ada\tAda Lovelace\tsince \S+\tada@example\.com\n$/)
  t.regex((await run('user', 'email', 'ada', 'a@b')).stdout, /^ada has the e-mail address a@b now\.\n/)
  t.regex((await run('user', 'email', 'ada', '--remove')).stdout, /^The e-mail address of ada is forgotten/)
  t.is((await run('user', 'email', 'ada')).stdout, 'No e-mail address of ada is known here.\n')
  t.regex((await run('user', 'list')).stdout, /^ada\tAda Lovelace\tsince \S+\n$/)
  t.is(audit().split('"email_changed"').length - 1, 2)
  t.notRegex(audit(), /a@b|example/)
})

test('whoever enters one is told what the page says of it, unless that names it', async (t) => {
  const silent = openFolder(t)
  await silent.run('user', 'add', 'ada')
  t.regex(
    (await silent.run('user', 'email', 'ada', 'a@b')).stdout,
    /says "See your name":\nname the e-mail address there/,
  )
  const named = openFolder(t, { 'user:read': 'See your name and e-mail address' })
  await named.run('user', 'add', 'ada')
  t.notRegex((await named.run('user', 'email', 'ada', 'a@b')).stdout, /The page that asks/)
})

test('what can be no e-mail address, or is no way to say it, changes nothing', async (t) => {
  const { run } = openFolder(t)
  await run('user', 'add', 'ada')
  const refusals: [string[], RegExp][] = [
    [['user', 'email', 'ada', 'nonsense'], /^An e-mail address is ASCII without spaces, .*; "nonsense" is not\.\n$/],
    [['user', 'email', 'ada', 'a@b', 'c@d'], /^Say either: skillgate user email NAME \[ADDRESS\]/],
    [['user', 'email', 'ada', 'a@b', '--remove'], /^Say either: /],
    [['user', 'email', 'eve'], /^There is no user called eve/],
    [['user', 'email'], /^Say who: skillgate user email NAME\n$/],
    [['user', 'add', 'bob', '--email', 'a b@c'], /^An e-mail address is /],
    [['user', 'remove', 'ada', '--email', 'a@b'], /^"user" takes no --email\.\n$/],
  ]
  for (const [words, message] of refusals) {
    const { code, stderr } = await run(...words)
    t.is(code, 1, words.join(' '))
    t.regex(stderr, message)
  }
  t.regex((await run('user', 'list')).stdout, /^ada\tada\tsince \S+\n$/)
})
