import test, { type ExecutionContext } from 'ava'
import { DocumentProblem } from '../../../../src/net/document-problem.ts'
import type { PublicDocument } from '../../../../src/net/fetch-public-document.ts'
import { openClientDocuments } from '../../../../src/oauth/clients/documents/open-client-documents.ts'
import type { Store } from '../../../../src/store/store.ts'
import type { AuditEvent } from '../../../../src/telemetry/audit.ts'
import { openStore } from '../../../support/keyv-store.ts'

const ID = 'https://app.example/client.json'
const ADDRESS = '198.51.100.7'
const SECOND_MS = 1000
const HOUR_MS = 3_600_000

const documentOf = (id: string, change: object = {}) => ({
  client_id: id,
  client_name: 'An app',
  redirect_uris: [new URL('/back', id).href],
  ...change,
})

function served(document: object, cacheControl?: string): PublicDocument {
  return { bytes: Buffer.from(JSON.stringify(document)), cacheControl, age: 0 }
}

/** What asks no network: `answer` says what comes of a fetch. */
async function open(t: ExecutionContext, domains = ['app.example']) {
  const { store, ...environment } = await openStore(t)
  const events: AuditEvent[] = []
  const fetched: string[] = []
  const world = {
    answer: async (id: string): Promise<PublicDocument> => served(documentOf(id), 'max-age=600'),
  }
  const documents = openClientDocuments({
    ...environment,
    store,
    audit: (event) => events.push(event),
    domains,
    fetch(url) {
      fetched.push(url.href)
      return world.answer(url.href)
    },
  })
  return { documents, world, store, events, fetched, ...environment }
}

const fails = (kind: DocumentProblem['kind']) => async () => {
  throw new DocumentProblem(kind, 'so it is')
}

test('a document is fetched once for as long as it says, and then anew', async (t) => {
  const { documents, fetched, events, advance } = await open(t)
  t.like(await documents.read(ID, ADDRESS), { id: ID, name: 'An app', redirect_uris: ['https://app.example/back'] })
  advance(600 * SECOND_MS - 1)
  await documents.read(ID, ADDRESS)
  t.is(fetched.length, 1)
  advance(1)
  await documents.read(ID, ADDRESS)
  t.is(fetched.length, 2)
  t.is(events.length, 1, 'nothing has changed')
})

test('its first reading is written down, and each change, with where people are sent then', async (t) => {
  const { documents, world, events, advance } = await open(t)
  await documents.read(ID, ADDRESS)
  const changed = documentOf(ID, { redirect_uris: ['https://app.example/elsewhere'], scope: 'music.read' })
  world.answer = async () => served(changed)
  advance(HOUR_MS)
  await documents.read(ID, undefined)
  t.deepEqual(events, [
    {
      event: 'client_document_read',
      address: ADDRESS,
      client: ID,
      scopes: undefined,
      detail: 'An app: https://app.example/back',
    },
    {
      event: 'client_document_read',
      address: undefined,
      client: ID,
      scopes: ['music.read'],
      detail: 'changed: An app: https://app.example/elsewhere',
    },
  ])
})

test('whoever comes while it is fetched waits for the same', async (t) => {
  const { documents, world, fetched, store } = await open(t)
  const answered = Promise.withResolvers<PublicDocument>()
  world.answer = () => answered.promise
  // More than one address may ask for. They are all on their way before anything is fetched.
  const all = Array.from({ length: 50 }, (_, i) => documents.read(ID, i < 25 ? ADDRESS : `203.0.113.${i}`))
  const settled = Promise.all(all)
  while (fetched.length === 0) await new Promise(setImmediate)
  await store.get('failures', 'any')
  answered.resolve(served(documentOf(ID)))
  await settled
  t.is(new Set(await Promise.all(all)).size, 1)
  t.is(fetched.length, 1)
})

test('whoever waits for what is being fetched has not asked for anything more', async (t) => {
  const house = await open(t)
  const answered = Promise.withResolvers<PublicDocument>()
  house.world.answer = (id) => (id === ID ? answered.promise : Promise.resolve(served(documentOf(id))))
  const first = house.documents.read(ID, '203.0.113.1')
  while (house.fetched.length === 0) await new Promise(setImmediate)
  const waiting = Array.from({ length: 30 }, () => house.documents.read(ID, ADDRESS))
  answered.resolve(served(documentOf(ID)))
  await Promise.all([first, ...waiting])
  t.is(await readMany(t, house, 0, Array(19).fill(ADDRESS)), 19)
})

test('what failed is not tried again for half a minute, and each who asks is told and written down', async (t) => {
  const { documents, world, fetched, events, advance } = await open(t)
  world.answer = fails('gone')
  const message = 'There is no metadata document of a client at this address of app.example.'
  await t.throwsAsync(documents.read(ID, ADDRESS), { message })
  advance(30 * SECOND_MS - 1)
  await t.throwsAsync(documents.read(ID, '203.0.113.9'), { message })
  t.is(fetched.length, 1)
  const detail = 'invalid_request: app.example: so it is'
  t.deepEqual(events, [
    { event: 'client_document_refused', address: ADDRESS, client: ID, detail },
    { event: 'client_document_refused', address: '203.0.113.9', client: ID, detail },
  ])
  world.answer = async () => served(documentOf(ID))
  advance(1)
  await t.notThrowsAsync(documents.read(ID, ADDRESS))
})

const OUTAGES = ['no address', 'not public', 'unreachable', 'certificate', 'too slow', 'status'] as const

test('a good document counts for a day while its server cannot be asked', async (t) => {
  for (const kind of OUTAGES) {
    const { documents, world, fetched, events, advance } = await open(t)
    await documents.read(ID, ADDRESS)
    world.answer = fails(kind)
    advance(24 * HOUR_MS - 1)
    t.like(await documents.read(ID, ADDRESS), { id: ID }, kind)
    t.like(await documents.read(ID, ADDRESS), { id: ID }, kind)
    t.is(fetched.length, 2, kind)
    t.is(events.length, 1, kind)
    advance(1)
    await t.throwsAsync(documents.read(ID, ADDRESS), { code: 'invalid_request' }, kind)
  }
})

test('a document that was withdrawn, or is a good one no more, counts no more at once', async (t) => {
  const ends = {
    gone: fails('gone'),
    redirect: fails('redirect'),
    'another type': fails('another type'),
    'with a secret': async () => served(documentOf(ID, { client_secret: 'x' })),
    'sends elsewhere': async () => served(documentOf(ID, { redirect_uris: ['https://evil.example/'] })),
  }
  for (const [name, answer] of Object.entries(ends)) {
    const { documents, world, advance } = await open(t)
    await documents.read(ID, ADDRESS)
    world.answer = answer
    advance(600 * SECOND_MS)
    await t.throwsAsync(documents.read(ID, ADDRESS), undefined, name)
    await t.throwsAsync(documents.read(ID, ADDRESS), undefined, name)
  }
})

test('nobody is asked for what cannot be a document, or is at a domain that is not allowed', async (t) => {
  const { documents, fetched, events } = await open(t)
  const wrong = ['https://app.example/', 'https://other.example/client.json', 'http://app.example/a', 'https://a b/']
  for (const id of wrong) {
    t.false(documents.mayBe(id), id)
    await t.throwsAsync(documents.read(id, ADDRESS), { code: 'invalid_request' }, id)
  }
  t.true(documents.mayBe(ID))
  t.deepEqual(fetched, [])
  t.deepEqual(
    events.map(({ event, client }) => [event, client]),
    [undefined, 'https://other.example/client.json', undefined, undefined].map((id) => ['client_document_refused', id]),
  )
  t.regex(events[1]?.detail ?? '', /other\.example is not in domains/)
})

/** As if somebody had allowed the client something. */
function approve(store: Store): Promise<void> {
  const record = { name: 'An app', public: true, redirectUris: [], scopes: [], grantTypes: [], authMethods: [] }
  return store.put('client', ID, { ...record, createdAt: 0 })
}

/** Of so many clients, one after the other; how many were fetched. */
async function readMany(
  t: ExecutionContext,
  house: Awaited<ReturnType<typeof open>>,
  from: number,
  addresses: string[],
) {
  const before = house.fetched.length
  for (const [i, address] of addresses.entries()) {
    const read = house.documents.read(`https://app.example/${from + i}`, address)
    await read.catch((error) => t.is(error.code, 'too_many_requests'))
  }
  return house.fetched.length - before
}

test('one address makes the gateway ask for twenty unknown documents in ten minutes, and others go on', async (t) => {
  const house = await open(t)
  await approve(house.store)
  await house.documents.read(ID, ADDRESS)
  t.is(await readMany(t, house, 0, Array(25).fill(ADDRESS)), 20)
  const error = await t.throwsAsync(house.documents.read('https://app.example/a', ADDRESS), {
    message: /Too many metadata documents.*Try again in \d+ seconds/,
  })
  t.like(error, { status: 429 })
  t.regex((error as unknown as { headers: Record<string, string> }).headers['Retry-After'] ?? '', /^\d+$/)
  t.like(house.events.at(-1), { event: 'client_document_refused', client: 'https://app.example/a' })
  t.is(await readMany(t, house, 100, ['203.0.113.2']), 1)
  // One that somebody has allowed something isn't counted, and ten minutes later nothing is.
  house.advance(600 * SECOND_MS - 1)
  await t.notThrowsAsync(house.documents.read(ID, ADDRESS))
  house.world.answer = async (id) => served(documentOf(id), 'max-age=1')
  house.advance(1)
  await house.documents.read(ID, ADDRESS)
  t.is(await readMany(t, house, 200, [ADDRESS]), 1)
})

test('those whose address nobody tells count together', async (t) => {
  const house = await open(t)
  t.is(await readMany(t, house, 0, Array(25).fill(undefined)), 20)
})

test('all together have thirty unknown documents, and one more each two seconds; those that are in use have room of their own', async (t) => {
  const house = await open(t)
  await approve(house.store)
  await house.documents.read(ID, ADDRESS)
  const crowd = Array.from({ length: 40 }, (_, i) => `203.0.113.${i}`)
  t.is(await readMany(t, house, 0, crowd), 30)
  house.advance(4 * SECOND_MS)
  t.is(
    await readMany(
      t,
      house,
      100,
      Array.from({ length: 5 }, (_, i) => `198.51.100.${i}`),
    ),
    2,
  )
  house.advance(600 * SECOND_MS)
  t.is(await readMany(t, house, 200, crowd), 30)
  await t.notThrowsAsync(house.documents.read(ID, ADDRESS))
  t.is(house.fetched.at(-1), ID)
})

test('a few addresses cannot use up what there is for one that has asked for nothing lately', async (t) => {
  const house = await open(t)
  const few = [...Array(20).fill('203.0.113.1'), ...Array(20).fill('203.0.113.2')]
  t.is(await readMany(t, house, 0, few), 20 + 1, 'the second one begins where twenty are spent, and has one')
  const others = Array.from({ length: 12 }, (_, i) => `198.51.100.${i}`)
  t.is(await readMany(t, house, 100, others), 9)
})

test('nor can a whole IPv6 /48, from which each address is another', async (t) => {
  const house = await open(t)
  const many = Array.from({ length: 40 }, (_, i) => `2001:db8:7:${i}::1`)
  t.is(await readMany(t, house, 0, many), 20)
  t.is(await readMany(t, house, 100, ['2001:db8:8::1']), 1)
})

test('four unknown documents are fetched at once, and a client that somebody has allowed something waits for none', async (t) => {
  const { documents, world, fetched, store } = await open(t)
  await approve(store)
  const answers: (() => void)[] = []
  world.answer = (id) => new Promise((resolve) => answers.push(() => resolve(served(documentOf(id)))))
  const reads = Array.from({ length: 6 }, (_, i) => documents.read(`https://app.example/${i}`, `203.0.113.${i}`))
  const settled = Promise.allSettled(reads)
  const known = documents.read(ID, ADDRESS)
  while (fetched.length < 5) await new Promise(setImmediate)
  for (const answer of answers) answer()
  await known
  const outcomes = await settled
  t.is(outcomes.filter(({ status }) => status === 'fulfilled').length, 4)
  t.is(fetched.length, 5)
})

test('two hundred documents are remembered, and the oldest of them is fetched again', async (t) => {
  const house = await open(t)
  house.world.answer = async (id) => served(documentOf(id), 'max-age=3600')
  for (let i = 0; i < 200; i++) {
    house.advance(2 * SECOND_MS)
    await house.documents.read(`https://app.example/${i}`, `198.51.${i}.1`)
  }
  await house.documents.read('https://app.example/0', ADDRESS)
  t.is(house.fetched.length, 200)
  await house.documents.read(ID, ADDRESS)
  await house.documents.read('https://app.example/0', ADDRESS)
  t.is(house.fetched.length, 201)
  await house.documents.read('https://app.example/1', ADDRESS)
  t.is(house.fetched.length, 202)
})

test('a database that fails, and a fault of ours, are no refusal', async (t) => {
  const { documents, world, store, events } = await open(t)
  const { get } = store
  store.get = () => Promise.reject(new Error('database is locked'))
  await t.throwsAsync(documents.read(ID, ADDRESS), { message: 'database is locked' })
  store.get = get
  world.answer = () => Promise.reject(new TypeError('of ours'))
  await t.throwsAsync(documents.read(ID, ADDRESS), { message: 'of ours' })
  t.deepEqual(events, [])
})
