import test from 'ava'
import { checkScope } from '../../../src/oauth/checks/check-scope.ts'
import { Parameters } from '../../../src/oauth/checks/parameters.ts'
import { CLIENT } from '../../support/grants.ts'

const none = new Parameters('')

test('a client that names no scope asks for the usual ones that it may have', (t) => {
  t.deepEqual(checkScope({ defaultScopes: ['music.control', 'admin'] }, CLIENT, none), ['music.control'])
})

test('where that leaves nothing to ask for, the client is told what it may name', (t) => {
  t.throws(() => checkScope({ defaultScopes: ['admin'] }, CLIENT, none), {
    code: 'invalid_scope',
    message: 'The request has to ask for a scope of: music.read music.control',
  })
})

test('a client asks for no more than it may have, whatever is usual', (t) => {
  const named = new Parameters('scope=music.read')
  t.deepEqual(checkScope({ defaultScopes: ['music.control'] }, CLIENT, named), ['music.read'])
  const beyond = new Parameters('scope=music.read+admin')
  t.throws(() => checkScope({ defaultScopes: ['admin'] }, CLIENT, beyond), { code: 'invalid_scope' })
})
