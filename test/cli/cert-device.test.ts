import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { openKeyvStore } from '../../src/store/keyv-store.ts'
import { addUser } from '../../src/users/users.ts'
import { ADA } from '../support/gateway.ts'
import { openTerminal } from '../support/terminal.ts'

const DAY = 86_400_000

test('a device gets a file, its password is shown once, and it is listed until it is removed', async (t) => {
  const terminal = await openTerminal(t)
  const { folder, type, store, events, now, advance } = terminal
  await addUser(store, terminal, ADA)
  t.deepEqual(await type('cert devices'), [
    'No device has a certificate. Make one:  skillgate cert device NAME --user USER',
  ])
  const file = join(folder, 'mobile.p12')
  const made = await type(`cert device Mobile ${file}`, { user: 'ada' })
  const until = new Date(now() + 730 * DAY - 3_600_000).toISOString().slice(0, 10)
  t.is(made[0], `${file} lets this device in as ada until ${until}.`)
  const password = /^Its password, which is never shown again: {2}((?:[B-Z]{5}-){3}[B-Z]{5})$/.exec(made[1]!)?.[1]
  t.truthy(password, made[1])
  t.regex(made.at(-1)!, /^No route asks for one yet: /)
  t.is(statSync(file).mode & 0o777, 0o600)
  const [headings, row, ...more] = (await type('cert devices')).map((line) => line.split(/ {2,}/))
  t.deepEqual(headings, ['NAME', 'USER', 'SINCE', 'UNTIL', 'SERIAL NUMBER'])
  t.like(row, ['mobile', 'ada', new Date(now()).toISOString().slice(0, 10), until])
  t.is(more.length, 0)
  advance(730 * DAY)
  t.regex((await type('cert devices'))[1]!, new RegExp(`${until}, expired`))
  await type('cert device remove MOBILE')
  t.is((await type('cert devices')).length, 1)
  t.deepEqual(
    events().map(({ event, user, client }) => ({ event, user, client })),
    [
      { event: 'device_added', user: 'ada', client: 'mobile' },
      { event: 'device_removed', user: 'ada', client: 'mobile' },
    ],
  )
  const kept = ['data/audit.jsonl', 'data/skillgate.db', 'data/skillgate.db-wal'].map((name) => join(folder, name))
  for (const name of kept.filter((one) => existsSync(one)))
    t.false(readFileSync(name, 'latin1').includes(password ?? ''), name)
})

test('what can be no device, or is there already, is refused with what to do, and nothing is left behind', async (t) => {
  const terminal = await openTerminal(t)
  const { folder, type, store } = terminal
  await addUser(store, terminal, ADA)
  const file = (name: string) => join(folder, name)
  const refused = async (words: string, expected: RegExp, options = {}) => {
    await t.throwsAsync(type(words, options), { message: expected }, words)
  }
  await refused('cert device', /^Say which: /)
  await refused('cert device mobile', /^Say whose it is: skillgate cert device mobile --user USER$/)
  await refused(`cert device mobile ${file('x')} more`, /^Say which: /, { user: 'ada' })
  await refused('cert device mobile', /There is no user called eve/, { user: 'eve' })
  for (const name of ['a/b', 'é', 'a'.repeat(41), '..\\b', 'a,b'])
    await refused(`cert device ${name} ${file('x')}`, /^The name of a device is 1 to 40 /, { user: 'ada' })
  await refused('cert device remove', /^Say which: /)
  await refused('cert device remove remove', /can't be one/)
  await refused('cert device remove mobile', /^There is no device mobile\. /)
  await refused(`cert device phone ${file('x')}`, /^A client is called phone: choose another name/, { user: 'ada' })
  await store.put('client', 'app-1', {} as never)
  await refused(`cert device App-1 ${file('x')}`, /^A client is called app-1/, { user: 'ada' })
  writeFileSync(file('there.p12'), 'mine')
  await refused(`cert device there ${file('there.p12')}`, /^There is a file .* already/, { user: 'ada' })
  t.is(readFileSync(file('there.p12'), 'utf8'), 'mine')
  await refused(`cert device lost ${file('no/such/folder.p12')}`, /no\/such/, { user: 'ada' })
  t.is((await type('cert devices')).length, 1, 'what could not be written is no device')
  await type(`cert device mobile ${file('mobile.p12')}`, { user: 'ada' })
  await refused(`cert device mobile ${file('x')}`, /skillgate cert device remove mobile$/, { user: 'ada' })
  t.false(existsSync(file('x')))
})

test('whoever is removed takes their devices along', async (t) => {
  const terminal = await openTerminal(t)
  const { folder, type, store } = terminal
  await addUser(store, terminal, ADA)
  await addUser(store, terminal, { ...ADA, name: 'bob' })
  for (const [name, user] of [
    ['one', 'ada'],
    ['two', 'ada'],
    ['three', 'bob'],
  ] as const)
    await type(`cert device ${name} ${join(folder, `${name}.p12`)}`, { user })
  t.true((await type('user remove ada')).includes('2 devices of theirs are out.'))
  t.deepEqual(
    (await type('cert devices')).slice(1).map((line) => line.split(' ')[0]),
    ['three'],
  )
})

test('a device that was removed after a backup stays out when it is restored, and the CA of devices comes back', async (t) => {
  const terminal = await openTerminal(t)
  const { folder, type, store, now } = terminal
  await addUser(store, terminal, ADA)
  for (const name of ['lost', 'kept']) await type(`cert device ${name} ${join(folder, `${name}.p12`)}`, { user: 'ada' })
  await type(`backup ${join(folder, 'backup')}`)
  terminal.advance(60_000)
  await type('cert device remove lost')
  await store.close()
  const [key, certificate] = ['device-ca.key', 'device-ca.pem'].map((name) => join(folder, 'data', name)) as [
    string,
    string,
  ]
  const before = [readFileSync(key, 'utf8'), readFileSync(certificate, 'utf8')]
  for (const file of [key, certificate]) rmSync(file)
  const said = await type(`restore ${join(folder, 'backup')}`)
  t.regex(said.join('\n'), /the device lost of ada, removed/)
  t.deepEqual([readFileSync(key, 'utf8'), readFileSync(certificate, 'utf8')], before)
  t.is(statSync(key).mode & 0o777, 0o600)
  const again = await openKeyvStore(join(folder, 'data', 'skillgate.db'), now)
  t.teardown(() => again.close())
  t.is(await again.get('device-certificate', 'lost'), undefined)
  t.truthy(await again.get('device-certificate', 'kept'))
})
