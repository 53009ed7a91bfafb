import test from 'ava'
import { checkScope } from '../../../src/oauth/checks/check-scope.ts'
import { Parameters } from '../../../src/oauth/checks/parameters.ts'
import { CLIENT } from '../../support/grants.ts'

const none = new Parameters('')

test('a client that names no scope asks for the usual ones that it may have', (t) => {
  t.deepEqual(checkScope({ defaultScopes: ['music.control', 'admin'] }, CLIENT, none).scopes, ['music.control'])
  const spaces = new Parameters('scope=+%20+')
  t.deepEqual(checkScope({ defaultScopes: ['music.control', 'admin'] }, CLIENT, spaces).scopes, ['music.control'])
})

test('where that leaves nothing to ask for, the client is told what it may name', (t) => {
  t.throws(() => checkScope({ defaultScopes: ['admin'] }, CLIENT, none), {
    code: 'invalid_scope',
    message: 'The request has to ask for a scope of: music.read music.control',
  })
})

test('a client asks for no more than it may have, whatever is usual', (t) => {
  const named = new Parameters('scope=music.read')
  t.deepEqual(checkScope({ defaultScopes: ['music.control'] }, CLIENT, named).scopes, ['music.read'])
  const beyond = new Parameters('scope=music.read+admin+openid')
  t.deepEqual(checkScope({ defaultScopes: ['admin'] }, CLIENT, beyond), {
    scopes: ['music.read'],
    leftOut: ['admin', 'openid'],
  })
})

test('a client that may have nothing of what it names is told what it may, and gets no usual ones instead', (t) => {
  const beyond = new Parameters('scope=openid+offline_access')
  t.throws(() => checkScope({ defaultScopes: ['music.control'] }, CLIENT, beyond), {
    code: 'invalid_scope',
    message: 'The scope may hold only: music.read music.control',
  })
})
