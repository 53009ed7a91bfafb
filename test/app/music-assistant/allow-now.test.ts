import test from 'ava'
import { allowNow } from '../../../src/app/music-assistant/allow-now.ts'
import { openClients } from '../../../src/oauth/clients/clients.ts'
import { writeAndLoad } from '../../support/config.ts'

test('a client that is not configured may do on an open WebSocket what its own section allows now', (t) => {
  const config = writeAndLoad(
    t,
    `public_url: https://gate.example.org
listen: { https: 0.0.0.0:8443 }
tls: { source: local }
upstreams: { ui: { url: http://127.0.0.1:8095 } }
oauth:
  scopes: { music.read: See, music.control: Play, music.other: More }
  default_scopes: [music.read]
  registration: { open: true, scopes: [music.read, music.other] }
  client_metadata_documents: { enabled: true, scopes: [music.control] }
  clients: [{ id: a, name: A, secret: { file: a.secret }, redirect_uris: [https://a.example/], scopes: [music.read] }]
routes:
  - { path: /api, upstream: ui, auth: bearer }
`,
  )
  const judged: string[][] = []
  const allow = (_: unknown, { identity }: { identity: { scopes: string[] } }) => {
    judged.push(identity.scopes)
    return undefined
  }
  const site = {
    config,
    policies: new Map([['ui', { allow }]]),
    authorizationServer: { clients: openClients([], undefined) },
    sessions: undefined,
  } as never
  const all = ['music.read', 'music.control', 'music.other']
  for (const client of ['https://app.example/client.json', 'app-1'])
    allowNow(() => site, 'ui')({} as never, { identity: { client, scopes: all } } as never)
  t.deepEqual(judged, [['music.control'], ['music.read', 'music.other']])
})
