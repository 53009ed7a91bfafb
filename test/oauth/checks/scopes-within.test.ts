import test from 'ava'
import { scopesWithin } from '../../../src/oauth/checks/scopes-within.ts'

const ALLOWED = ['music.read', 'music.control', 'user:read']

test('scopes that are allowed are given in the order they were asked for, each once', (t) => {
  t.deepEqual(scopesWithin('music.read', ALLOWED), ['music.read'])
  t.deepEqual(scopesWithin('user:read music.read', ALLOWED), ['user:read', 'music.read'])
  t.deepEqual(scopesWithin('music.read user:read music.read', ALLOWED), ['music.read', 'user:read'])
})

test('spaces that part nothing change nothing', (t) => {
  t.deepEqual(scopesWithin(' music.read  user:read ', ALLOWED), ['music.read', 'user:read'])
})

test('nothing asked for means all that is allowed', (t) => {
  t.deepEqual(scopesWithin(undefined, ALLOWED), ALLOWED)
  t.deepEqual(scopesWithin('  ', ALLOWED), ALLOWED)
})

test('one scope beyond what is allowed refuses the whole request, and the message says what may be asked for', (t) => {
  const wrong = [
    'admin',
    'music.read admin',
    'MUSIC.READ',
    'music',
    'music.read,music.control',
    'music.read\tmusic.control',
    '*',
    'music.*',
    '__proto__',
    'length',
    'music.read\0',
  ]
  for (const asked of wrong) {
    t.throws(
      () => scopesWithin(asked, ALLOWED),
      { code: 'invalid_scope', message: 'The scope may hold only: music.read music.control user:read' },
      asked,
    )
  }
})

test('where nothing is allowed, nothing can be asked for', (t) => {
  t.throws(() => scopesWithin('music.read', []), { code: 'invalid_scope' })
  t.deepEqual(scopesWithin(undefined, []), [])
})
