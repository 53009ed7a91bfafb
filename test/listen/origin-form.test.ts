import test from 'ava'
import { originForm } from '../../src/listen/origin-form.ts'

const asked = (target: string, host: string | null | undefined = 'home.example', method = 'GET') =>
  originForm({ method, target, host, scheme: 'https' })

test('of an absolute target for our own host stays what is behind the authority, byte for byte', (t) => {
  for (const [target, rest] of [
    ['https://home.example/', '/'],
    ['https://home.example', '/'],
    ['https://home.example?', '/?'],
    ['https://home.example?x=/a', '/?x=/a'],
    ['https://home.example/a%2Fb/../c?d=https://e//f', '/a%2Fb/../c?d=https://e//f'],
    ['HTTPS://Home.EXAMPLE/Path', '/Path'],
    ['https://home.example:443/a', '/a'],
    ['https://home.example//a', '//a'],
  ] as const)
    t.is(asked(target), rest, target)
  t.is(asked('https://home.example/a', 'HOME.example:443'), '/a')
  t.is(asked('https://home.example:8443/a', 'home.example:8443'), '/a')
  t.is(asked('https://[2001:DB8::1]/a', '[2001:db8::1]'), '/a')
  t.is(originForm({ method: 'GET', target: 'http://home.example:80/a', host: 'home.example', scheme: 'http' }), '/a')
})

test('any other target stays as it is', (t) => {
  for (const target of [
    ...['/', '/a?b', '//home.example/a', '', '*', 'home.example:443', 'home.example/a', '/https://home.example/a'],
    ...['http://home.example/a', 'ws://home.example/a', 'wss://home.example/a', 'file:///a', 'https:/home.example/a'],
    ...['https:home.example/a', 'https:///a', 'https://', 'https://?a', ' https://home.example/a'],
    ...[
      'https://evil.example/',
      'https://home.example.evil/',
      'https://home.example:8443/a',
      'https://home.example:80/',
    ],
    ...['https://ada@home.example/', 'https://ada:pw@home.example/', 'https://home.example@evil.example/'],
    ...['https://home.example:/', 'https://home.example:0443/', 'https://home.example./', 'https://home.example#/a'],
    ...['https://home.example\\/a', 'https://home.example\\@evil.example/', 'https://home%2eexample/a'],
  ])
    t.is(asked(target), target, target)
  for (const host of [null, undefined, '', 'evil.example', 'home.example:8443', 'home.example/'])
    t.is(
      originForm({ method: 'GET', target: 'https://home.example/a', host, scheme: 'https' }),
      'https://home.example/a',
    )
})

test('the server as a whole is asked with an asterisk', (t) => {
  t.is(asked('https://home.example', 'home.example', 'OPTIONS'), '*')
  t.is(asked('https://home.example/', 'home.example', 'OPTIONS'), '/')
  t.is(asked('https://home.example?a', 'home.example', 'OPTIONS'), '/?a')
})
