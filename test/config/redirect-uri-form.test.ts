import test from 'ava'
import { whyNoApp } from '../../src/config/app-schemes.ts'
import { checkRedirectUriForm, isOfApp } from '../../src/config/redirect-uri-form.ts'

const OF_APPS = [
  'cursor://anysphere.cursor-mcp/oauth/callback',
  'vscode://vscode.github-authentication/did-authenticate',
  'com.example.app:/callback',
  'com.example.app://callback',
  'claude://',
  'x-callback+app.1://back?from=home',
]

test('an app may be opened by a scheme that it has made up, with a host, a path, or both', (t) => {
  for (const uri of OF_APPS) {
    t.true(checkRedirectUriForm(uri), uri)
    t.true(isOfApp(uri), uri)
  }
})

test('what is on the web, or at a loopback address, is of no app', (t) => {
  for (const uri of ['https://app.example/back', 'http://127.0.0.1/back', 'http://localhost:80/', 'http://[::1]/']) {
    t.true(checkRedirectUriForm(uri), uri)
    t.false(isOfApp(uri), uri)
  }
})

test('what a browser or the system runs, shows, opens or fetches itself is no place for a code', (t) => {
  const schemes =
    'javascript data vbscript file blob about view-source filesystem ws wss ftp sftp mailto tel sms intent android-app content jar ' +
    'ms-settings ms-word microsoft-edge search-ms shell chrome chrome-extension moz-extension safari-web-extension edge devtools ' +
    'itms-services x-apple.systempreferences market web+music ext+music urn tag ssh telnet ldap jnlp magnet facetime'
  for (const scheme of schemes.split(' ')) {
    t.truthy(whyNoApp(scheme), scheme)
    for (const rest of ['://callback', ':/callback', ':callback', '://app.example/%0aalert(1)'])
      t.false(checkRedirectUriForm(`${scheme}${rest}`), `${scheme}${rest}`)
  }
})

test('each reason why a scheme is no app’s own is told, and of a disk too', (t) => {
  t.is(whyNoApp('javascript'), 'a browser runs or shows what stands in it')
  t.is(whyNoApp('ms-anything'), 'the system opens something of its own, or any app that is named')
  t.is(whyNoApp('web+anything'), 'any web site or extension may take it for itself')
  t.is(whyNoApp('c'), 'it may be a disk')
  t.is(whyNoApp('cursor'), undefined)
})

test('beyond this machine nothing goes without TLS, whatever its host looks like', (t) => {
  for (const uri of [
    'http://app.example/',
    'http://localhost.example/',
    'http://127.0.0.1.example/',
    'http:/localhost/',
  ])
    t.false(checkRedirectUriForm(uri), uri)
})

test('a scheme stands in small letters, is followed by a slash, and nothing in it is left open', (t) => {
  const wrong = [
    'Cursor://callback',
    'CURSOR://callback',
    'cursor:callback',
    'cursor:',
    'cursor',
    'cursor://*/callback',
    'cursor://callback#part',
    'cursor://callback#',
    'cursor://me@callback',
    'cursor://me:pass@callback/',
    'cursor://callback/@there',
    'cursor:\\\\callback',
    'cursor://call back',
    ' cursor://callback',
    'cursor://cäll',
    'cursor://call\u202eback',
    '1cursor://callback',
    'c:/callback',
    '://callback',
  ]
  for (const uri of wrong) t.false(checkRedirectUriForm(uri), uri)
})
