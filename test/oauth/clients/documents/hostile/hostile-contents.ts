import { CLIENT_HOST } from '../../../../support/document-server.ts'
import { document, HONEST, type HostileCase, ID, text } from './hostile-case.ts'

const elsewhere = (uri: string): HostileCase => ({
  reason: 'document-sends-elsewhere',
  detail: /among redirect_uris/,
  serve: document({ redirect_uris: [`https://${CLIENT_HOST}/back`, uri] }),
})

/** Documents that say what no client may. */
export const HOSTILE_CONTENTS: Record<string, HostileCase> = {
  // What it says
  'an empty body': { reason: 'document-not-json', detail: /not JSON/, serve: text('') },
  'a byte order mark': {
    ...{ reason: 'document-not-json', detail: /not JSON/ },
    serve: text(`\ufeff${JSON.stringify(HONEST)}`),
  },
  'UTF-16': {
    ...{ reason: 'document-not-json', detail: /not UTF-8|not JSON/ },
    serve: text(Buffer.from(JSON.stringify(HONEST), 'utf16le')),
  },
  'bytes that are no UTF-8': {
    reason: 'document-not-json',
    detail: /not UTF-8/,
    serve: text(Buffer.from(JSON.stringify({ ...HONEST, client_name: 'caf\u00e9' }), 'latin1')),
  },
  'a list': { reason: 'document-not-json', detail: /no object/, serve: text(JSON.stringify([HONEST])) },
  null: { reason: 'document-not-json', detail: /no object/, serve: text('null') },
  'a text': { reason: 'document-not-json', detail: /no object/, serve: text('"client"') },
  'deep nesting': {
    ...{ reason: 'document-not-json', detail: /nested too deeply/ },
    serve: text(`{"x":${'['.repeat(2000)}${']'.repeat(2000)}}`),
  },
  'more values than anybody has': {
    ...{ reason: 'document-not-json', detail: /too many values/ },
    serve: document({ contacts: Array(1000).fill(1) }),
  },
  'a key twice': {
    reason: 'document-not-json',
    detail: /a key twice/,
    serve: text(JSON.stringify(HONEST).replace('{', `{"client_id":${JSON.stringify(ID)},`)),
  },
  'the client_id of another': {
    ...{ reason: 'document-of-another', detail: /has the client_id "https:\/\/evil/ },
    serve: document({ client_id: 'https://evil.example/oauth/client.json' }),
  },
  'its client_id spelled otherwise': {
    ...{ reason: 'document-of-another', detail: /:443/ },
    serve: document({ client_id: ID.replace('.example', '.example:443') }),
  },
  'a secret': { reason: 'document-with-secret', detail: /client_secret/, serve: document({ client_secret: 's' }) },
  'a secret that is hinted at': {
    reason: 'document-with-secret',
    detail: /client_secret/,
    serve: document({ client_secret_expires_at: 0 }),
  },
  'a secret to prove itself by': {
    reason: 'document-with-secret',
    detail: /client_secret_post/,
    serve: document({ token_endpoint_auth_method: 'client_secret_post' }),
  },
  'a key to prove itself by': {
    reason: 'document-wants-proof',
    detail: /private_key_jwt/,
    serve: document({ token_endpoint_auth_method: 'private_key_jwt' }),
  },
  'redirect URIs elsewhere': elsewhere('https://evil.example/'),
  'redirect URIs at a name that only begins alike': elsewhere(`https://${CLIENT_HOST}.evil.example/`),
  'redirect URIs at a name that only ends alike': elsewhere(`https://evil-${CLIENT_HOST}/`),
  'redirect URIs above the client': elsewhere('https://example/'),
  'redirect URIs in the house': elsewhere('https://192.168.178.1/'),
  'a redirect URI that is a script': {
    reason: 'redirect-uri-of-another-form',
    detail: /javascript/,
    serve: document({ redirect_uris: ['javascript:alert(1)'] }),
  },
  'a redirect URI without TLS': {
    reason: 'redirect-uri-of-another-form',
    detail: /http:\/\/client/,
    serve: document({ redirect_uris: [`http://${CLIENT_HOST}/back`] }),
  },
  'no redirect URI': {
    reason: 'redirect-uris-not-a-list',
    detail: /redirect_uris have to be/,
    serve: document({ redirect_uris: [] }),
  },
  'a name that turns the line around': {
    ...{ reason: 'client-name-not-possible', detail: /client_name/ },
    serve: document({ client_name: 'An \u202eppa' }),
  },
}
