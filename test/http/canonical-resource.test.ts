import test from 'ava'
import { canonicalPath, readResourceUrl } from '../../src/http/canonical-resource.ts'

test('a resource is read without the differences that make no other one', (t) => {
  for (const [url, origin, path] of [
    ['https://home.example', 'https://home.example', ''],
    ['https://home.example/', 'https://home.example', '/'],
    ['HTTPS://HOME.Example:443/MCP', 'https://home.example', '/MCP'],
    ['https://home.example:8443/a/b%20c', 'https://home.example:8443', '/a/b%20c'],
    ['https://[2001:DB8::1]:443/a', 'https://[2001:db8::1]', '/a'],
  ] as const)
    t.deepEqual(readResourceUrl(url), { origin, path }, url)
})

test('what is no https URL of host, port and path is no resource', (t) => {
  for (const url of [
    '',
    '/a',
    'home.example',
    'http://home.example',
    'urn:home',
    'https:home.example',
    'https:///home.example',
    'https://',
    'https:// home.example',
    'https://home.example\n',
    'https://ada@home.example',
    'https://ada:x@home.example',
    'https://home.example:0x1',
    'https://home.example:65536',
    'https://home.example\\a',
    'https://höme.example',
    'https://home.example?',
    'https://home.example/?x',
    'https://home.example/a#',
    'https://home.example#a',
  ])
    t.is(readResourceUrl(url), undefined, JSON.stringify(url))
})

test('each path has one spelling', (t) => {
  for (const [written, canonical] of [
    ['', ''],
    ['/', ''],
    ['/a', '/a'],
    ['/a/', '/a'],
    ['/%61/%7eada/%2D', '/a/~ada/-'],
    ['/A', '/A'],
    ['/caf%c3%a9', '/caf%C3%A9'],
    ['/a%20b', '/a%20b'],
    ['/a%3fb%23c', '/a%3Fb%23c'],
    ['/"<{|}>^`', '/%22%3C%7B%7C%7D%3E%5E%60'],
    ["/!$&'()*+,;=:@", "/!$&'()*+,;=:@"],
    ['/%21%24', '/!$'],
    ['/%0a', '/%0A'],
  ] as const) {
    t.is(canonicalPath(written), canonical, written)
    t.is(canonicalPath(canonical), canonical, 'and that one stays')
  }
})
