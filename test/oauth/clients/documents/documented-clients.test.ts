import test, { type ExecutionContext } from 'ava'
import { openClients } from '../../../../src/oauth/clients/clients.ts'
import type { DocumentedClient } from '../../../../src/oauth/clients/documents/client-documents.ts'
import type { ClientRecord } from '../../../../src/store/records.ts'
import { CLIENT, openStores } from '../../../support/grants.ts'

const ID = 'https://apps.example.org/chat'
const LIFETIMES = { code: 1, access_token: 2, refresh_token: 3, refresh_grace: 4 }
const DOCUMENT: DocumentedClient = {
  id: ID,
  name: 'Chat',
  redirect_uris: ['https://apps.example.org/back'],
  grant_types: ['authorization_code', 'refresh_token'],
  scopes: undefined,
}
const ROW: ClientRecord = {
  name: 'Chat of last week',
  public: true,
  redirectUris: ['https://apps.example.org/before'],
  scopes: ['music.read'],
  grantTypes: ['authorization_code', 'refresh_token'],
  authMethods: [],
  createdAt: 5,
  documentReadAt: 6,
}

/** Clients of which one has a document. @param allowed whether its domain is. */
async function open(t: ExecutionContext, { document = DOCUMENT, allowed = true, withRow = true } = {}) {
  const { store, now } = await openStores(t)
  if (withRow) await store.put('client', ID, ROW)
  const read: (string | undefined)[][] = []
  const documents = {
    mayBe: (id: string) => allowed && id === ID,
    read: async (id: string, address: string | undefined) => {
      read.push([id, address])
      return document
    },
  }
  const unconfigured = { store, lifetimes: LIFETIMES, scopes: ['music.read', 'music.control'] }
  return { store, now, read, clients: openClients([CLIENT], undefined, { ...unconfigured, documents, now }) }
}

test('who asks is what the document says now, and everything else goes by what somebody approved, without asking', async (t) => {
  const { clients, read, now } = await open(t)
  const asks = await clients.findToAsk(ID, '192.0.2.1')
  t.like(asks, { name: 'Chat', redirect_uris: DOCUMENT.redirect_uris, documented: true })
  t.deepEqual(read, [[ID, '192.0.2.1']])
  t.like(asks?.rowOnceApproved, { name: 'Chat', createdAt: 5, documentReadAt: now() })
  for (const known of [await clients.find(ID), clients.withRow(ID, ROW)]) {
    t.like(known, {
      name: 'Chat of last week',
      redirect_uris: ROW.redirectUris,
      documented: true,
      ...{ public: true, pkce: 'required', refresh: 'rotate', resource_server: false },
      lifetimes: { code: 1000, accessToken: 2000, refreshToken: 3000, refreshGrace: 4000 },
    })
    t.false('rowOnceApproved' in known!)
  }
  t.is(read.length, 1)
})

test('one that nobody has approved is known to nobody but whoever is asked, and one of a domain that is not allowed to nobody', async (t) => {
  const { clients, now } = await open(t, { withRow: false })
  t.is(await clients.find(ID), undefined)
  t.is(clients.withRow(ID, undefined), undefined)
  t.is((await clients.findToAsk(ID, undefined))?.rowOnceApproved?.createdAt, now())
  const refused = await open(t, { allowed: false })
  t.is(await refused.clients.find(ID), undefined)
  t.is(refused.clients.withRow(ID, ROW), undefined)
  t.is(
    await openClients([CLIENT], { store: refused.store, lifetimes: LIFETIMES, scopes: [], withToken: true }).find(ID),
    undefined,
  )
})

test('what is configured is never read anywhere, nor is an id that is no URL', async (t) => {
  const { clients, read } = await open(t)
  t.is(await clients.findToAsk(CLIENT.id, undefined), CLIENT)
  t.is(await clients.findToAsk('nobody', undefined), undefined)
  t.deepEqual(read, [])
})

test('a document limits what its client may ask for, where it names any scope that there is here', async (t) => {
  const scopesOf = async (scopes: string[] | undefined) =>
    (await (await open(t, { document: { ...DOCUMENT, scopes } })).clients.findToAsk(ID, undefined))?.scopes
  t.deepEqual(await scopesOf(undefined), ['music.read', 'music.control'])
  t.deepEqual(await scopesOf(['openid', 'music.control', 'admin']), ['music.control'])
  t.deepEqual(await scopesOf(['openid', 'offline_access']), ['music.read', 'music.control'])
})
