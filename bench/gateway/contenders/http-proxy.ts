import { fileURLToPath } from 'node:url'
import { type Contender, freePort } from '../contender.ts'
import { CONTENDERS_CORE, startPinned } from '../pinned-process.ts'

const GATEWAY = fileURLToPath(new URL('http-proxy-gateway.ts', import.meta.url))

export const httpProxy: Contender = {
  name: 'http-proxy in Node',
  async start({ upstream, tls, token }) {
    const port = await freePort()
    const options = { port, upstream: upstream.port, certificate: tls.certificate, key: tls.key, token }
    const flags = Object.entries(options).map(([name, value]) => `--${name}=${value}`)
    const started = await startPinned(CONTENDERS_CORE, [process.execPath, GATEWAY, ...flags], [port])
    return { processes: [started], port, token }
  },
}
