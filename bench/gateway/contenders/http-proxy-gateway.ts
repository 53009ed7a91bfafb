import { readFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { createServer } from 'node:https'
import { parseArgs } from 'node:util'
import httpProxy from 'http-proxy'

// A gateway as one writes it in an afternoon: none of what Skillgate refuses, removes, times or survives.

const text = { type: 'string', default: '' } as const
const { values } = parseArgs({ options: { port: text, upstream: text, certificate: text, key: text, token: text } })

const users = new Map([[values.token, 'u1']])
const proxy = httpProxy.createProxyServer({
  target: `http://127.0.0.1:${values.upstream}`,
  // Without it http-proxy opens a connection for each request.
  agent: new Agent({ keepAlive: true }),
  xfwd: true,
})
proxy.on('error', (_error, _request, response) => response.destroy())

createServer({ cert: readFileSync(values.certificate), key: readFileSync(values.key) }, (request, response) => {
  const user = users.get(request.headers.authorization?.replace('Bearer ', '') ?? '')
  if (!user) {
    response.writeHead(401, { 'WWW-Authenticate': 'Bearer' }).end()
    return
  }
  delete request.headers.authorization
  request.headers['x-remote-user-id'] = user
  proxy.web(request, response)
}).listen(Number(values.port), '127.0.0.1')
