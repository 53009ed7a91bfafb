import test, { type ExecutionContext } from 'ava'
import { Parameters } from '../../src/oauth/checks/parameters.ts'
import { authenticateClient } from '../../src/oauth/clients/authenticate-client.ts'
import { openClients } from '../../src/oauth/clients/clients.ts'
import { hashSecret } from '../../src/secrets/secret.ts'
import { CLIENT, openStores } from '../support/grants.ts'

const DAY = 86_400_000

/** The client's secret has been renewed, and the old one goes on working for a day. */
async function renewed(t: ExecutionContext) {
  const { store, now, advance } = await openStores(t)
  const earlier = [{ hash: hashSecret('old'), until: now() + DAY }]
  const row = { revision: 1, hash: hashSecret('new'), earlier }
  await store.put('client-secret', CLIENT.id, row)
  /** @param configured the secret that the configuration had at the last start. */
  async function works(secret: string, configured: string): Promise<boolean> {
    const clients = openClients([{ ...CLIENT, secretHash: hashSecret(configured) }], undefined)
    const form = new Parameters(`client_id=${CLIENT.id}&client_secret=${secret}`)
    try {
      return (
        (await authenticateClient({ clients, store, now, clockDoubt: () => undefined }, undefined, form)).id ===
        CLIENT.id
      )
    } catch {
      return false
    }
  }
  return { works, advance }
}

test('after a renewal the new secret works at once, also in a gateway that was started with the old one', async (t) => {
  const { works } = await renewed(t)
  for (const configured of ['old', 'new']) t.true(await works('new', configured), configured)
  t.false(await works('third', 'old'))
})

test('the old secret works until its time is over and not a moment longer, whichever the configuration has', async (t) => {
  const { works, advance } = await renewed(t)
  for (const configured of ['old', 'new']) t.true(await works('old', configured), configured)
  advance(DAY - 1)
  for (const configured of ['old', 'new']) t.true(await works('old', configured), configured)
  advance(1)
  for (const configured of ['old', 'new']) {
    t.false(await works('old', configured), configured)
    t.true(await works('new', configured), configured)
  }
})

test('a third secret that somebody has put into the configuration later is the only one', async (t) => {
  const { works } = await renewed(t)
  t.true(await works('third', 'third'))
  t.false(await works('new', 'third'))
  t.false(await works('old', 'third'))
})

test('a renewed secret is only the one of its own client', async (t) => {
  const { store, now } = await openStores(t)
  const earlier = [{ hash: CLIENT.secretHash!, until: now() + DAY }]
  const row = { revision: 1, hash: hashSecret('new'), earlier }
  await store.put('client-secret', 'another', row)
  const clients = openClients([CLIENT, { ...CLIENT, id: 'another' }], undefined)
  const as = (id: string) =>
    authenticateClient(
      { clients, store, now, clockDoubt: () => undefined },
      undefined,
      new Parameters(`client_id=${id}&client_secret=new`),
    )
  t.is((await as('another')).id, 'another')
  await t.throwsAsync(as(CLIENT.id), { code: 'invalid_client' })
})
