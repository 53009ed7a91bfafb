import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { stringify } from 'yaml'
import { CommandError } from '../../src/cli/command-error.ts'
import { link, unlink } from '../../src/cli/user/user-link.ts'
import type { StoreTools } from '../../src/cli/with-store.ts'
import { loadConfig } from '../../src/config/load.ts'
import { openSession } from '../../src/users/account-session.ts'
import { requireUser } from '../../src/users/users.ts'
import { temporaryFolder } from '../support/environment.ts'
import { testConfig } from '../support/gateway.ts'
import { skillgate } from '../support/process.ts'
import { start } from '../support/stand-in.ts'
import { openPeople } from '../users/people.ts'

/** What the commands work with: a house with Ada in it, beside a Music Assistant. */
async function openTools(t: ExecutionContext, users: object = { upstream: 'music-assistant' }) {
  const house = await openPeople(t)
  const music = await start(t)
  const file = join(house.folder, 'gateway.yaml')
  writeFileSync(file, stringify({ ...testConfig(music.url), users, data_dir: '.' }))
  const printed: string[] = []
  const asked: string[] = []
  const typed = { password: '', line: '' }
  const world = {
    ...house.environment,
    print: (line: string) => printed.push(line),
    async askPassword({ label = '' }) {
      asked.push(label)
      return typed.password
    },
    async askLine(question: string) {
      asked.push(question)
      return typed.line
    },
  }
  const tools = { world, config: loadConfig(file, {}), store: house.store, audit: house.audit } as unknown as StoreTools
  const as = (name: string) => music.users.find(({ username }) => username === name)!.password
  const refused = async (words: string[], message: RegExp) => {
    await t.throwsAsync(link(tools, words), { instanceOf: CommandError, message })
    t.is((await requireUser(house.store, 'ada')).account, undefined)
  }
  return { ...house, music, tools, printed, asked, typed, as, refused }
}

const sessionsOf = (music: { tokensOf: (name: string) => { name: string }[] }, name: string) =>
  music.tokensOf(name).map((token) => token.name)

test('a local user gets the account whose password was typed, sealed, and keeps the own password', async (t) => {
  const house = await openTools(t)
  house.typed.password = house.as('anna')
  await link(house.tools, ['ADA', 'Anna'])
  t.deepEqual(house.asked, ['Password of anna at music-assistant'])
  const ada = await requireUser(house.store, 'ada')
  t.like(ada, { id: house.ada.id, password: house.ada.password })
  t.like(ada.account, { upstream: 'music-assistant', name: 'anna', role: 'user' })
  const session = openSession(house.sealer, ada) ?? ''
  t.false(JSON.stringify(ada).includes(session))
  const me = await fetch(`${house.music.url}/auth/me`, { headers: { authorization: `Bearer ${session}` } })
  t.like(await me.json(), { username: 'anna' })
  t.deepEqual(sessionsOf(house.music, 'anna'), ['Skillgate at dev.jasonhollis.com'])
  t.regex(house.printed.join('\n'), /^ada has the account anna at music-assistant now, as user\./)
  t.like(house.events.at(-1), { event: 'user_linked', user: 'ada', detail: 'anna at music-assistant, user' })
  t.false(JSON.stringify([house.printed, house.events]).includes(house.typed.password))
})

test('without another name the account has the same one', async (t) => {
  const house = await openTools(t)
  await house.refused(['ada'], /That is not the password of ada at music-assistant, or there is no such account/)
})

test('an account that may do everything is linked only after a yes', async (t) => {
  const house = await openTools(t)
  house.typed.password = house.as('admin')
  for (const line of ['', 'y', 'no']) {
    house.typed.line = line
    await house.refused(['ada', 'admin'], /^Nothing was changed\.$/)
  }
  t.deepEqual(sessionsOf(house.music, 'admin'), [], 'and the sessions are ended')
  house.typed.line = ' Yes '
  await link(house.tools, ['ada', 'admin'])
  t.is((await requireUser(house.store, 'ada')).account?.role, 'admin')
  t.regex(house.printed.join('\n'), /admin is an administrator of Music Assistant/)
})

test('guests, wrong passwords, waits, accounts that are off and a server that is down are told apart', async (t) => {
  const house = await openTools(t)
  house.typed.password = house.as('visitor')
  await house.refused(['ada', 'visitor'], /visitor is a guest at music-assistant, and guests can link nothing/)
  const anna = house.music.users.find(({ username }) => username === 'anna')!
  anna.enabled = false
  house.typed.password = anna.password
  await house.refused(['ada', 'anna'], /The account anna is switched off at music-assistant/)
  house.typed.password = 'wrong'
  for (let i = 0; i < 3; i++) await house.refused(['ada', 'bob'], /That is not the password/)
  await house.refused(['ada', 'bob'], /takes no password for \d+ seconds, not even the right one/)
  house.music.misbehave('setup-required', { times: 1 })
  await house.refused(['ada', 'anna'], /could not be asked, so nothing was changed: .*Setup required/)
  await house.music.close()
  await house.refused(['ada', 'anna'], /could not be asked, so nothing was changed: .*ECONNREFUSED/)
})

test('what cannot be linked is said before anything is asked', async (t) => {
  const house = await openTools(t, {})
  house.typed.password = house.as('anna')
  await house.refused(['ada', 'anna'], /Say in gateway\.yaml .* users: \{ upstream: music-assistant \}/)
  await house.refused(['ada', 'an\nna'], /can be no user name/)
  await t.throwsAsync(link(house.tools, ['bob']), { message: /There is no user called bob/ })
  await t.throwsAsync(link(house.tools, []), { message: /user link NAME/ })
  t.deepEqual(house.asked, [])
})

test('linking another account ends the session of the one before, and unlinking that of the last', async (t) => {
  const house = await openTools(t)
  house.typed.line = 'yes'
  for (const name of ['anna', 'admin', 'admin']) {
    house.typed.password = house.as(name)
    await link(house.tools, ['ada', name])
  }
  t.deepEqual(sessionsOf(house.music, 'anna'), [])
  t.is(sessionsOf(house.music, 'admin').length, 1)
  await unlink(house.tools, ['ada'])
  t.deepEqual(sessionsOf(house.music, 'admin'), [])
  t.is((await requireUser(house.store, 'ada')).account, undefined)
  t.like(house.events.at(-1), { event: 'user_unlinked', user: 'ada' })
  await t.throwsAsync(unlink(house.tools, ['ada']), { message: 'ada has no account elsewhere.' })
})

test('unlinking works while the server is down', async (t) => {
  const house = await openTools(t)
  house.typed.password = house.as('anna')
  await link(house.tools, ['ada', 'anna'])
  await house.music.close()
  await unlink(house.tools, ['ada'])
  t.is((await requireUser(house.store, 'ada')).account, undefined)
})

test('at the terminal a user is linked, listed with the account, unlinked, and removed', async (t) => {
  const music = await start(t)
  const file = join(temporaryFolder(t), 'gateway.yaml')
  writeFileSync(file, stringify({ ...testConfig(music.url), users: { upstream: 'music-assistant' } }))
  const run = (input: string, ...words: string[]) => skillgate([...words, '--config', file], { input })
  await run('correct horse battery\n', 'user', 'add', 'ada')
  const { password } = music.users.find(({ username }) => username === 'anna')!
  const linked = await run(`${password}\n`, 'user', 'link', 'ada', 'anna')
  t.is(linked.code, 0, linked.stderr)
  t.regex((await run('', 'user', 'list')).stdout, /^ada\tada\tsince .*\tanna at music-assistant, user\n$/)
  t.regex((await run('', 'user', 'unlink', 'ada')).stdout, /^ada has no account at music-assistant any more/)
  await run(`${password}\n`, 'user', 'link', 'ada', 'anna')
  t.is((await run('', 'user', 'remove', 'ada')).stdout, 'ada is removed, and 0 links were ended.\n')
  t.deepEqual(sessionsOf(music, 'anna'), [], 'her session there is ended with her')
})
