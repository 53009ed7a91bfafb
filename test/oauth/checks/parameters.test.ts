import test from 'ava'
import { Parameters, withParameters } from '../../../src/oauth/checks/parameters.ts'

const twice = { name: 'OAuthError', code: 'invalid_request' }

test('a parameter is decoded into its bytes, plus signs into spaces', (t) => {
  const cases: [query: string, value: string][] = [
    ['a=b', 'b'],
    ['a=b=c', 'b=c'],
    ['a=b+c%2Bd', 'b c+d'],
    ['%61=b', 'b'],
    ['x=1&a=b&y=2', 'b'],
    ['a=%C3%BC', '\u00c3\u00bc'],
    ['a=%ff%00%0D%0a', '\u00ff\0\r\n'],
    ['a=%zz%4', '%zz%4'],
    ['a=%2541', '%41'],
    ['a=b;c=d', 'b;c=d'],
    ['a=[1]', '[1]'],
  ]
  for (const [query, value] of cases) t.is(new Parameters(query).get('a'), value, query)
})

test('a parameter without a value counts as absent', (t) => {
  for (const query of ['', 'b=c', 'a', 'a=', '&&', '=a', 'A=b', 'a[]=b', 'a.b=c']) {
    const parameters = new Parameters(query)
    t.is(parameters.get('a'), undefined, query)
    t.throws(() => parameters.require('a'), { code: 'invalid_request', message: 'The parameter a is missing.' })
    t.is(parameters.getText('a'), '')
    t.notThrows(() => parameters.checkNoneTwice())
  }
})

test('a parameter that is there twice is refused by whoever reads it', (t) => {
  for (const query of ['a=b&a=c', 'a=b&a=b', 'a=&a=b', 'a&a', 'a=b&%61=c']) {
    const parameters = new Parameters(query)
    t.throws(() => parameters.get('a'), twice, query)
    t.throws(() => parameters.require('a'), twice, query)
    t.throws(() => parameters.getText('a'), twice, query)
    t.throws(() => parameters.checkNoneTwice(), twice, query)
    t.is(parameters.get('b'), undefined)
  }
})

test('a parameter beyond the thousandth is still seen, so that none hides there', (t) => {
  const parameters = new Parameters(`${Array.from({ length: 2000 }, (_, i) => `p${i}=1`).join('&')}&a=b&a=c`)
  t.throws(() => parameters.get('a'), twice)
  t.throws(() => parameters.checkNoneTwice(), twice)
})

test('names that every object has are parameters like any other', (t) => {
  for (const name of ['__proto__', 'constructor', 'hasOwnProperty', 'toString']) {
    t.is(new Parameters('').get(name), undefined)
    t.is(new Parameters(`${name}=x`).get(name), 'x')
    t.throws(() => new Parameters(`${name}=x&${name}=y`).checkNoneTwice(), twice)
  }
})

test('what a person typed is read as UTF-8', (t) => {
  const typed = 'Pässwörd 東京 🎵 +&='
  t.is(new Parameters(new URLSearchParams({ a: typed }).toString()).getText('a'), typed)
  t.is(new Parameters('a=%FF').getText('a'), '\ufffd')
})

test('parameters are added to a URI behind what it has already', (t) => {
  t.is(withParameters('https://c.example/b', { a: '1', b: '2' }), 'https://c.example/b?a=1&b=2')
  t.is(withParameters('https://c.example/b?x=y', { a: '1' }), 'https://c.example/b?x=y&a=1')
  t.is(withParameters('com.example.app:/b', { a: '1', b: undefined }), 'com.example.app:/b?a=1')
})

test('whatever bytes a value has, they survive being sent on, and break out of nothing', (t) => {
  const bytes = String.fromCharCode(...Array.from({ length: 256 }, (_, byte) => byte))
  const uri = withParameters('https://c.example/b', { state: bytes, iss: 'x' })
  t.regex(uri, /^https:\/\/c\.example\/b\?state=[A-Za-z0-9._~%-]+&iss=x$/)
  t.is(new Parameters(uri.slice(uri.indexOf('?') + 1)).get('state'), bytes)
})
