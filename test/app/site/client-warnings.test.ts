import test from 'ava'
import { clientWarnings } from '../../../src/app/site/client-warnings.ts'
import { writeAndLoad } from '../../support/config.ts'

test('that anybody may come under any name is warned of, while such clients may come at all', (t) => {
  const warned = (documents: string) =>
    clientWarnings(
      writeAndLoad(
        t,
        `public_url: https://gate.example.org
listen: { https: 0.0.0.0:8443 }
tls: { source: local }
upstreams: { ui: { url: http://127.0.0.1:8095 } }
oauth:
  scopes: { music.read: See your music }
  client_metadata_documents: ${documents}
  clients: [{ id: a, name: A, secret: { file: a.secret }, redirect_uris: [https://a.example/], scopes: [music.read] }]
routes:
  - { path: /api, upstream: ui, auth: bearer }
`,
      ),
    )
  t.is(warned('{ enabled: true, domains: [claude.ai, "*"] }').length, 1)
  for (const quiet of [
    '{}',
    '{ enabled: true }',
    '{ domains: ["*"] }',
    '{ enabled: true, domains: ["*.example.org"] }',
  ])
    t.deepEqual(warned(quiet), [], quiet)
})
