import test from 'ava'
import { checkScope } from '../../../src/oauth/checks/scopes.ts'

const ALLOWED = ['music.read', 'music.control', 'user:read']

test('scopes that are allowed are given in the order they were asked for, each once', (t) => {
  t.deepEqual(checkScope('music.read', ALLOWED, []), ['music.read'])
  t.deepEqual(checkScope('user:read music.read', ALLOWED, []), ['user:read', 'music.read'])
  t.deepEqual(checkScope('music.read user:read music.read', ALLOWED, []), ['music.read', 'user:read'])
})

test('nothing asked for means what is meant otherwise', (t) => {
  t.deepEqual(checkScope(undefined, ALLOWED, ['music.read']), ['music.read'])
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
      () => checkScope(asked, ALLOWED, ['music.read']),
      { code: 'invalid_scope', message: 'The scope may hold only: music.read music.control user:read' },
      asked,
    )
  }
})

test('where nothing is allowed, nothing can be asked for', (t) => {
  t.throws(() => checkScope('music.read', [], []), { code: 'invalid_scope' })
  t.deepEqual(checkScope(undefined, [], []), [])
})
