import test from 'ava'
import { countOpenRegistration } from '../../../src/oauth/clients/count-open-registration.ts'
import { openStores } from '../../support/grants.ts'

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
