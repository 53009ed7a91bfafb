import test from 'ava'
import { scopesWithin } from '../../../src/oauth/checks/scopes-within.ts'

const ALLOWED = ['music.read', 'music.control', 'user:read']

test('scopes that are allowed are given in the order they were asked for, each once', (t) => {
  t.deepEqual(scopesWithin('music.read', ALLOWED, []), ['music.read'])
  t.deepEqual(scopesWithin('user:read music.read', ALLOWED, []), ['user:read', 'music.read'])
  t.deepEqual(scopesWithin('music.read user:read music.read', ALLOWED, []), ['music.read', 'user:read'])
})

test('nothing asked for means what is meant otherwise', (t) => {
  t.deepEqual(scopesWithin(undefined, ALLOWED, ['music.read']), ['music.read'])
})

test('one scope beyond what is allowed refuses the whole request, and the message says what may be asked for', (t) => {
  const wrong = [
    'admin',
    'music.read admin',
    'MUSIC.READ',
    'music',
    'music.read,music.control',
    'music.read\tmusic.control',
    ' music.read',
    'music.read ',
    'music.read  music.control',
    ' ',
    '*',
    'music.*',
    '__proto__',
    'length',
    'music.read\0',
  ]
  for (const asked of wrong) {
    t.throws(
      () => scopesWithin(asked, ALLOWED, ['music.read']),
      { code: 'invalid_scope', message: 'The scope may hold only: music.read music.control user:read' },
      asked,
    )
  }
})

test('where nothing is allowed, nothing can be asked for', (t) => {
  t.throws(() => scopesWithin('music.read', [], []), { code: 'invalid_scope' })
  t.deepEqual(scopesWithin(undefined, [], []), [])
})
