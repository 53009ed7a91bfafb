import test from 'ava'
import { countOpenRegistration } from '../../../../src/oauth/clients/registered/count-open-registration.ts'
import { addRegisteredClient } from '../../../../src/oauth/clients/registered/registered-clients.ts'
import { openStores } from '../../../support/grants.ts'

test('a whole IPv6 /48 uses up what is for everybody, and not what is kept for other networks', async (t) => {
  const server = await openStores(t)
  const register = async (address: string) => {
    try {
      await countOpenRegistration(server, address)
      return true
    } catch (error) {
      t.like(error, { code: 'too_many_requests' })
      return false
    }
  }
  let registered = 0
  for (let i = 0; i < 100; i++) if (await register(`2001:db8:7:${i.toString(16)}00::1`)) registered++
  t.is(registered, 60)
  t.true(await register('2001:db8:8::1'))
  t.true(await register('198.51.100.1'))
})

test('what an app of the house registers is still there half an hour later, though others come from everywhere at once', async (t) => {
  const server = await openStores(t)
  const { store, now, advance } = server
  const record = (from: string) => ({
    ...{
      name: 'App',
      public: true,
      redirectUris: [],
      scopes: [],
      grantTypes: [],
      authMethods: [],
      openly: true as const,
    },
    ...{ createdAt: now(), expiresAt: now() + 86_400_000, from },
  })
  await countOpenRegistration(server, '192.0.2.1')
  await addRegisteredClient(store, now(), { id: 'house', record: record('home') })
  for (let i = 0; i < 120; i++) {
    advance(15_000)
    const counted = await countOpenRegistration(server, `198.51.100.${i}`).catch(() => 'refused')
    if (counted === undefined) await addRegisteredClient(store, now(), { id: `flood-${i}`, record: record(`${i}`) })
  }
  t.truthy(await store.get('client', 'house'))
})
