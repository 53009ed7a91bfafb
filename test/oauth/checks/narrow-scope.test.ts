import test from 'ava'
import { narrowScope } from '../../../src/oauth/checks/narrow-scope.ts'
import { Parameters } from '../../../src/oauth/checks/parameters.ts'

const BOTH = { scopes: ['music.read', 'music.control'] }
const GRANTED = ['music.read', 'music.control', 'user:read']

test('a refresh that names no scope gets all that was granted and is still allowed', (t) => {
  t.deepEqual(narrowScope(GRANTED, BOTH, new Parameters('')), BOTH.scopes)
})

test('a refresh may ask for less, and for nothing that was not granted or is no longer allowed', (t) => {
  t.deepEqual(narrowScope(GRANTED, BOTH, new Parameters('scope=music.control')), ['music.control'])
  for (const scope of ['user:read', 'music.read user:read', 'admin']) {
    const parameters = new Parameters(new URLSearchParams({ scope }).toString())
    t.throws(() => narrowScope(GRANTED, BOTH, parameters), { code: 'invalid_scope' }, scope)
  }
  const wide = { scopes: ['music.read', 'admin'] }
  t.throws(() => narrowScope(['music.read'], wide, new Parameters('scope=admin')), { code: 'invalid_scope' })
})
