import test from 'ava'
import { allowsHost } from '../../../../src/oauth/clients/documents/allows-host.ts'

test('a domain is that host alone, with an asterisk each one below it, and an asterisk alone any', (t) => {
  const domains = ['claude.ai', '*.example.org']
  for (const host of ['claude.ai', 'a.example.org', 'b.a.example.org']) t.true(allowsHost(domains, host), host)
  for (const host of [
    'www.claude.ai',
    'xclaude.ai',
    'example.org',
    'evilexample.org',
    'a.example.org.evil.example',
    '',
  ])
    t.false(allowsHost(domains, host), host)
  t.true(allowsHost(['*'], 'anything.example'))
  t.false(allowsHost([], 'claude.ai'))
})

test('how a domain is written in the configuration makes no difference', (t) => {
  t.true(allowsHost(['Claude.AI'], 'claude.ai'))
  t.true(allowsHost(['*.Example.ORG'], 'a.example.org'))
})
