import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { renewSecret } from '../../src/cli/client-secret.ts'
import { goodHashes } from '../../src/oauth/clients/client-secrets.ts'
import { hashSecret } from '../../src/secrets/secret.ts'
import type { Store } from '../../src/store/store.ts'
import { openTerminal } from '../support/terminal.ts'

const HOUR = 3_600_000
const VARIABLE = 'what the variable holds'
const HASH = hashSecret('what the hash is of')

/** Alexa's secret is in a file, other's in a variable, and of third's there is only the hash. */
async function openHouse(t: ExecutionContext) {
  const terminal = await openTerminal(t, (config) => {
    Object.assign(config.oauth.clients[1]!, { secret: '${OTHER_SECRET}' })
    config.oauth.clients.push({ ...config.oauth.clients[0]!, id: 'third', secret: { hash: HASH } as never })
  })
  const { store, folder, now } = terminal
  const file = join(folder, 'data', 'alexa.secret')
  const inFile = () => readFileSync(file, 'utf8').trim()
  writeFileSync(file, 'the first secret of all\n', { mode: 0o600 })
  /** @param started the secret that a running gateway had at its start. */
  const good = async (id: string, secret: string, started: string) =>
    goodHashes(await store.get('client-secret', id), hashSecret(started), now()).includes(hashSecret(secret))
  return { ...terminal, file, inFile, good }
}

test('a secret is shown that is in a file or in the environment, and nothing else is printed', async (t) => {
  const { type } = await openHouse(t)
  t.deepEqual(await type('client secret amazon-alexa'), ['the first secret of all'])
  t.deepEqual(await type('client secret other'), [VARIABLE])
})

test('a file that is not there yet is made as a start makes it', async (t) => {
  const { type, file, inFile } = await openHouse(t)
  rmSync(file)
  const [secret] = await type('client secret amazon-alexa')
  t.is(secret, inFile())
  t.is(statSync(file).mode & 0o777, 0o600)
})

test('where there is no secret to show, it is said why and what to do', async (t) => {
  const { type, store } = await openHouse(t)
  await store.put('client', 'app-1', { name: 'App' } as never)
  const refusals = {
    third: /^Of the secret of third only the hash is kept, .*: {2}npx skillgate client secret third --renew$/,
    phone: /^phone is a public client: it has no secret\.$/,
    'app-1': /^app-1 has registered itself, .*: {2}npx skillgate client remove app-1$/,
    nobody: /^There is no client nobody\. /,
  }
  for (const [id, message] of Object.entries(refusals)) {
    await t.throwsAsync(type(`client secret ${id}`), { name: 'CommandError', message })
    if (id !== 'third') await t.throwsAsync(type(`client secret ${id}`, { renew: true }), { message })
  }
})

test('a renewed secret in a file is good at once, and the earlier one for a day', async (t) => {
  const { type, file, inFile, good, advance, events } = await openHouse(t)
  const printed = (await type('client secret amazon-alexa', { renew: true })).join('\n')
  const secret = inFile()
  t.regex(secret, /^[A-Za-z0-9_-]{43}$/)
  t.is(statSync(file).mode & 0o777, 0o600)
  t.true(printed.includes(file))
  t.false(printed.includes(secret))
  t.regex(printed, /The earlier one is good until 20\d\d-\d\d-\d\d \d\d:\d\d\.$/)
  t.deepEqual(await type('client secret amazon-alexa'), [secret])

  for (const started of ['the first secret of all', secret]) {
    t.true(await good('amazon-alexa', secret, started))
    t.true(await good('amazon-alexa', 'the first secret of all', started))
  }
  advance(24 * HOUR - 60_000)
  t.true(await good('amazon-alexa', 'the first secret of all', 'the first secret of all'))
  advance(60_000)
  for (const started of ['the first secret of all', secret]) {
    t.true(await good('amazon-alexa', secret, started))
    t.false(await good('amazon-alexa', 'the first secret of all', started))
  }
  t.deepEqual(events(), [
    { event: 'client_secret_renewed', client: 'amazon-alexa', detail: 'the earlier one is good for 24 h more' },
  ])
})

test('how long both are good can be said, from not at all to 720 hours', async (t) => {
  const { type, good, advance } = await openHouse(t)
  const none = await type('client secret amazon-alexa', { renew: true, overlap: '0' })
  t.is(none.at(-1), 'The earlier one is good no more.')
  t.false(await good('amazon-alexa', 'the first secret of all', 'the first secret of all'))
  await type('client secret other', { renew: true, overlap: '720' })
  advance(720 * HOUR - 60_000)
  t.true(await good('other', VARIABLE, VARIABLE))
  for (const overlap of ['721', '-1', '1.5', '', 'x', '1h', '0x1']) {
    const message = '--overlap takes whole hours from 0 to 720.'
    await t.throwsAsync(type('client secret other', { renew: true, overlap }), { message }, overlap)
  }
  await t.throwsAsync(type('client secret other', { overlap: '1' }), { message: '--overlap goes with --renew only.' })
})

test('a new secret for a variable or a hash is printed once, with where it has to go', async (t) => {
  const { type, good, store } = await openHouse(t)
  const ofVariable = (await type('client secret other', { renew: true })).join('\n')
  const [secret = ''] = /[A-Za-z0-9_-]{43}$/m.exec(ofVariable) ?? []
  t.regex(ofVariable, /Let the environment variable OTHER_SECRET hold it/)
  t.true(await good('other', secret, VARIABLE))

  const ofHash = (await type('client secret third', { renew: true })).join('\n')
  const [, third = ''] = /: {2}([A-Za-z0-9_-]{43})$/m.exec(ofHash) ?? []
  t.regex(ofHash, /gateway\.yaml: {2}secret: { hash: [A-Za-z0-9_-]{43} }$/m)
  t.true(ofHash.includes(`{ hash: ${hashSecret(third)} }`))
  const row = await store.get('client-secret', 'third')
  t.deepEqual([row?.hash, row?.earlier[0]?.hash], [hashSecret(third), HASH])
})

test('a variable that holds an earlier secret is said to do so', async (t) => {
  const { type, advance } = await openHouse(t)
  await type('client secret other', { renew: true })
  const [secret, note] = await type('client secret other')
  t.is(secret, VARIABLE)
  t.regex(
    note!,
    /^It was renewed, and is good only until .* Put the new one into the environment variable OTHER_SECRET\.$/,
  )
  advance(24 * HOUR)
  await t.throwsAsync(type('client secret other'), { message: /OTHER_SECRET holds was renewed, and is good no more/ })
})

test('a renewal that ends before the file is written locks nobody out, and the next one is good', async (t) => {
  const { type, folder, world, inFile, good, advance } = await openHouse(t)
  const { randomBytes } = world
  // The name of the temporary file is known, and taken.
  world.randomBytes = (size) => (size === 8 ? Buffer.alloc(8) : randomBytes(size))
  writeFileSync(join(folder, 'data', '.0000000000000000-alexa.secret'), '')
  await t.throwsAsync(type('client secret amazon-alexa', { renew: true }), { name: 'StorageError' })
  t.is(inFile(), 'the first secret of all')
  t.deepEqual(await type('client secret amazon-alexa'), ['the first secret of all'])
  advance(1000 * HOUR)
  t.true(await good('amazon-alexa', 'the first secret of all', 'the first secret of all'))

  await type('client secret amazon-alexa', { renew: true })
  t.true(await good('amazon-alexa', 'the first secret of all', 'the first secret of all'))
  t.true(await good('amazon-alexa', inFile(), 'the first secret of all'))
  advance(24 * HOUR)
  t.false(await good('amazon-alexa', 'the first secret of all', 'the first secret of all'))
})

test('a renewal that ends when the file is written locks nobody out, whichever secret a gateway was started with', async (t) => {
  const { type, world, inFile, good, advance } = await openHouse(t)
  const { print } = world
  world.print = () => {
    throw new Error('the terminal is gone')
  }
  await t.throwsAsync(type('client secret amazon-alexa', { renew: true }), { message: 'the terminal is gone' })
  world.print = print
  const secret = inFile()
  advance(1000 * HOUR)
  for (const started of ['the first secret of all', secret]) {
    for (const either of ['the first secret of all', secret])
      t.true(await good('amazon-alexa', either, started), started)
  }
})

test('of two renewals at the same moment one is told to try again, however far it got', async (t) => {
  const { world, store, file, events } = await openHouse(t)
  const renew = (beaten: Partial<Store>) => {
    const tools = { world, config: {} as never, store: { ...store, ...beaten }, audit: () => t.fail() }
    return renewSecret(tools, 'amazon-alexa', { file }, 0)
  }
  const message = 'Somebody else renewed the secret of amazon-alexa at the same moment. Try again.'
  await t.throwsAsync(renew({ insert: async () => false }), { name: 'CommandError', message })
  await t.throwsAsync(renew({ replace: async () => false }), { name: 'CommandError', message })
  t.throws(events, { code: 'ENOENT' })
})
