import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { tlsPolicy } from '../../src/net/tls-policy.ts'

// What Node's own server takes for a handshake: what Skillgate has above that is its guard.
const [, , certificate = '', key = '', port] = process.argv
const pem = { cert: readFileSync(certificate), key: readFileSync(key) }
createServer({ ...tlsPolicy('alexa'), ...pem }, (_, response) => response.end('hello')).listen(
  Number(port),
  '127.0.0.1',
)
