import test from 'ava'
import type { UserRecord } from '../../src/store/records.ts'
import { addUser } from '../../src/users/users.ts'
import { openTerminal } from '../support/terminal.ts'

const HOUR = 3_600_000

/** A terminal, two users, and three grants. */
async function openHouse(t: Parameters<typeof openTerminal>[0]) {
  const terminal = await openTerminal(t)
  const { store, now } = terminal
  const users: UserRecord[] = []
  for (const name of ['ada', 'bob'])
    users.push(await addUser(store, terminal, { name, password: 'correct horse battery' }))
  const put = async (user: number, client: string, number: number, lastUsedAt: number) => {
    const { id: userId, name: userName } = users[user]!
    const id = `${userId}.${String(number).padStart(24, '0')}`
    const record = {
      revision: 1,
      userName,
      userId,
      client,
      scopes: ['music.read', 'user:read'],
      createdAt: now() - 9 * HOUR,
      lastUsedAt,
    }
    await store.put('grant', id, record, now() + HOUR)
    return id
  }
  const grants = [
    await put(0, 'amazon-alexa', 1, now()),
    await put(0, 'phone', 2, now() - 2 * HOUR),
    await put(1, 'phone', 3, now() - HOUR),
  ]
  return { ...terminal, grants }
}

const idsIn = (lines: string[]) => lines.slice(1).map((line) => line.split(' ')[0])

test('grants are listed in columns, the one that was used last at the end', async (t) => {
  const { type, grants, now } = await openHouse(t)
  const local = (time: number) => new Date(time).toLocaleString('sv-SE').slice(0, 16)
  const lines = await type('grant list')
  t.is(
    lines[0],
    `${'ID'.padEnd(49)}  USER  CLIENT        SCOPES                SINCE             LAST USED         IDLE`,
  )
  t.deepEqual(idsIn(lines), [grants[1], grants[2], grants[0]])
  const since = local(now() - 9 * HOUR)
  t.is(lines[3], `${grants[0]}  ada   amazon-alexa  music.read user:read  ${since}  ${local(now())}  less than a day`)
})

test('only those of a user, of a client, or of both are listed', async (t) => {
  const { type, grants } = await openHouse(t)
  t.deepEqual(idsIn(await type('grant list', { user: 'ADA' })), [grants[1], grants[0]])
  t.deepEqual(idsIn(await type('grant list', { client: 'phone' })), [grants[1], grants[2]])
  t.deepEqual(idsIn(await type('grant list', { user: 'bob', client: 'phone' })), [grants[2]])
  t.deepEqual(await type('grant list', { user: 'bob', client: 'amazon-alexa' }), ['There is no such grant.'])
  t.deepEqual(await type('grant list', { client: 'pho' }), ['There is no such grant.'])
  await t.throwsAsync(type('grant list', { user: 'eve' }), { message: /^There is no user called eve/ })
})

test('where there is no grant, that is said', async (t) => {
  const { type } = await openTerminal(t)
  t.deepEqual(await type('grant list'), ['Nobody has allowed anything yet.'])
})

test('a grant that has expired is not listed', async (t) => {
  const { type, advance } = await openHouse(t)
  advance(HOUR)
  t.deepEqual(await type('grant list'), ['Nobody has allowed anything yet.'])
})

test('more grants than a page holds are listed', async (t) => {
  const { type, store, grants, now } = await openHouse(t)
  const value = (await store.get('grant', grants[0]!))!
  for (let i = 0; i < 200; i++) await store.put('grant', `x.${i}`, value, now() + HOUR)
  t.is((await type('grant list')).length, 1 + 203)
})

test('a grant is revoked, and that is written down', async (t) => {
  const { type, grants, store, events } = await openHouse(t)
  const [line] = await type(`grant revoke ${grants[1]}`)
  t.is(line, 'phone may do nothing in the name of ada any more, unless it is linked again.')
  t.is(await store.get('grant', grants[1]!), undefined)
  t.truthy(await store.get('grant', grants[0]!))
  t.deepEqual(events(), [
    { event: 'revoked', user: 'ada', client: 'phone', grant: grants[1], detail: 'by the command' },
  ])
  const message = `There is no grant ${grants[1]}. "skillgate grant list" shows those that there are.`
  await t.throwsAsync(type(`grant revoke ${grants[1]}`), { name: 'CommandError', message })
})

test('where people have tokens of their own at Music Assistant, it is listed as whom and until when', async (t) => {
  const { type, store, grants, now } = await openHouse(t)
  const DAY = 24 * HOUR
  const put = async (grant: string, endsAt: number, sealedToken?: string) => {
    const [userId = ''] = grant.split('.')
    const value = { revision: 1, upstream: 'music', userName: 'ada', userId, account: 'anna', name: 'Alexa' }
    await store.put('upstream-token', `${grant}.music`, { ...value, sealedToken, createdAt: 0, endsAt })
  }
  await put(grants[0]!, now() + 100 * DAY, 'sealed')
  await put(grants[1]!, now() + 13 * DAY, 'sealed')
  const day = (days: number) => new Date(now() + days * DAY).toLocaleString('sv-SE').slice(0, 10)
  const [headings, ...lines] = await type('grant list')
  t.regex(headings ?? '', /IDLE +AT MUSIC ASSISTANT$/)
  t.true(lines[0]?.endsWith(`anna until ${day(13)}, which is soon: sign in again`))
  t.regex(lines[1] ?? '', /less than a day$/)
  t.true(lines[2]?.endsWith(`anna until ${day(100)}`))
  await put(grants[0]!, now() + 100 * DAY)
  t.regex((await type('grant list'))[3] ?? '', /anna: over, sign in again or link again$/)
})
