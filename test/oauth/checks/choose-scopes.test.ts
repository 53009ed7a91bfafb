import test from 'ava'
import { chooseScopes } from '../../../src/oauth/checks/choose-scopes.ts'

const ALLOWED = ['music.read', 'music.control', 'user:read']

test('of the scopes that are asked for those are given that are allowed, in the order they were asked for, each once', (t) => {
  const cases: [asked: string, scopes: string[], leftOut: string[]][] = [
    ['music.read', ['music.read'], []],
    ['user:read music.read user:read', ['user:read', 'music.read'], []],
    ['openid music.control offline_access music.read', ['music.control', 'music.read'], ['openid', 'offline_access']],
    ['  music.read   admin  admin ', ['music.read'], ['admin']],
    ['openid offline_access', [], ['openid', 'offline_access']],
  ]
  for (const [asked, scopes, leftOut] of cases) {
    t.deepEqual(chooseScopes(asked, ALLOWED, ['user:read']), { scopes, leftOut }, asked)
  }
})

test('what only looks like a scope that is allowed is none', (t) => {
  for (const asked of [
    'MUSIC.READ',
    'music',
    'music.read,music.control',
    'music.read\tuser:read',
    '*',
    'music.*',
    'length',
  ]) {
    t.deepEqual(chooseScopes(asked, ALLOWED, ['music.read']), { scopes: [], leftOut: [asked] })
  }
})

test('naming none means what is meant otherwise', (t) => {
  for (const asked of [undefined, '', ' ', '   ']) {
    t.deepEqual(chooseScopes(asked, ALLOWED, ['music.read']), { scopes: ['music.read'], leftOut: [] })
  }
})
