import test from 'ava'
import { checkClientIdUrl } from '../../../../src/oauth/clients/documents/check-client-id-url.ts'
import { meansDocument } from '../../../../src/oauth/clients/documents/means-document.ts'

/** Those of 2026. */
const OF_CONNECTORS = [
  'https://claude.ai/oauth/mcp-oauth-client-metadata',
  'https://claude.ai/oauth/claude-code-client-metadata',
  'https://chatgpt.com/oauth/client.json',
  'https://chatgpt.com/oauth/codex/client.json',
  'https://vscode.dev/oauth/client-metadata.json',
  'https://insiders.vscode.dev/oauth/client-metadata.json',
  'https://github.com/copilot/cli/client-metadata.json',
  'https://zed.dev/oauth/client-metadata.json',
  'https://goose-docs.ai/oauth/client-metadata.json',
  'https://opencode.ai/oauth/opencode/client.json',
  'https://www.mcpjam.com/.well-known/oauth/client-metadata.json',
]

test('the URLs of the known connectors are such, exactly as they are', (t) => {
  for (const id of OF_CONNECTORS) t.is(checkClientIdUrl(id).href, id)
})

test('a path may have what paths have', (t) => {
  for (const path of ['/a', '/a/', '/~me/c;v=1', '/caf%C3%A9', '/a//b', '/a.b/..c', '/...', "/!$&'()+,;=:@"])
    t.is(checkClientIdUrl(`https://app.example${path}`).pathname, path)
})

const WRONG: Record<string, string[]> = {
  'not https': ['http://app.example/a', 'ftp://app.example/a', 'HTTP://app.example/a'],
  'another port than 443': ['https://app.example:8443/a', 'https://app.example:80/a'],
  'spelled otherwise than a browser would': [
    'https://app.example:443/a',
    'https://App.example/a',
    'HTTPS://app.example/a',
    'https:app.example/a',
    'https:///app.example/a',
    'https:\\\\app.example\\a',
    'https://app.example/a/../b',
    'https://app.example/a/./b',
    'https://app.example/%2e%2e/b',
    'https://app.example/a/%2E',
    'https://app.example/a b',
    'https://app.example/caf\u00e9',
    'https://m\u00fcller.example/a',
    'https://app.example/a\t',
    ' https://app.example/a',
    'https://app.example/a\n',
    'https://app.example',
    'https://2130706433/a',
    'https://0x7f.1/a',
    'https://@app.example/a',
  ],
  'a user or a password': [
    'https://user@app.example/a',
    'https://user:secret@app.example/a',
    'https://:x@app.example/a',
  ],
  'a query': ['https://app.example/a?b=c', 'https://app.example/a?'],
  'a fragment': ['https://app.example/a#b', 'https://app.example/a#'],
  'no path': ['https://app.example/'],
  'a character that is not for paths': [
    'https://app.example/*',
    'https://app.example/a|b',
    'https://app.example/a%zz',
    'https://app.example/[a]',
  ],
  'is encoded': [
    'https://app.example/a%2fb',
    'https://app.example/..%2f..%5cb',
    'https://app.example/a%2eb',
    'https://app.example/%252e%252e/b',
    'https://app.example/a%00',
    'https://app.example/a%0d%0ab',
  ],
  'no name in the DNS': [
    'https://127.0.0.1/a',
    'https://93.184.215.14/a',
    'https://[2606:2800::1]/a',
    'https://localhost/a',
    'https://app.example./a',
    'https://*.example/a',
    'https://a_b.example/a',
    'https://-a.example/a',
    `https://${'a'.repeat(64)}.example/a`,
    `https://${'a.'.repeat(127)}example/a`,
  ],
  'no URL': ['https://', 'https://app.example:99999/a', 'https://a b/c', ''],
  'more than 1000': [`https://app.example/${'a'.repeat(981)}`],
}

for (const [problem, ids] of Object.entries(WRONG))
  test(`a client_id is no URL of a document: ${problem}`, (t) => {
    for (const id of ids) {
      const error = t.throws(() => checkClientIdUrl(id), { code: 'invalid_request' }, id) as Error & { detail: string }
      t.true(error.detail.endsWith(problem), `${id}: ${error.detail}`)
      t.notRegex(error.detail, /secret/)
    }
  })

test('a URL has up to 1000 characters', (t) => {
  t.notThrows(() => checkClientIdUrl(`https://app.example/${'a'.repeat(980)}`))
})

test('whatever begins like a URL of the web is meant as one, and no id of the configuration is', (t) => {
  for (const id of [...OF_CONNECTORS, 'http://app.example/', 'HTTPS://x', 'https://']) t.true(meansDocument(id), id)
  for (const id of ['alexa', 'app-0123', 'https', 'com.example.app:/x', '', 'x https://a.example/b'])
    t.false(meansDocument(id), id)
})
