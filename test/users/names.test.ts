import test from 'ava'
import { canonicalName } from '../../src/users/names.ts'

test('a name is found under one spelling, whatever its case', (t) => {
  for (const name of ['ada', 'Ada', 'ADA', 'aDa']) t.is(canonicalName(name), 'ada')
})

test('a name may have letters, digits and . - _ @, from 1 to 64 of them', (t) => {
  for (const name of ['a', '7', 'ada.lovelace', 'ada-l_2', 'ada@home.example', '__proto__', 'a'.repeat(64)]) {
    t.is(canonicalName(name), name)
  }
  t.is(canonicalName(''), undefined)
  t.is(canonicalName('a'.repeat(65)), undefined)
})

test('50. anything beyond ASCII, and anything that only looks or folds like a letter, is no name', (t) => {
  const wrong = [
    'ᴬdmin',
    'аdmin',
    'ａdmin',
    'admın',
    '\u212a',
    '\u017f',
    'ada\u200b',
    'ada\u0301',
    '\ufeffada',
    'ä',
    '٣',
    '🎵',
  ]
  for (const name of wrong) t.is(canonicalName(name), undefined, JSON.stringify(name))
})

test('no name has spaces, line ends, slashes, colons or quotes', (t) => {
  for (const odd of [' ', '\n', '\r', '\t', '\0', '/', '\\', ':', "'", '"', '<', '%', '+', '*', ',', ';', '$', '=']) {
    for (const name of [`ada${odd}`, `${odd}ada`, `a${odd}da`, odd]) {
      t.is(canonicalName(name), undefined, JSON.stringify(name))
    }
  }
})
