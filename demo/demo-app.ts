import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface DemoApp {
  /** Where people are sent back to. */
  redirectUri: string
  /** To be set before anybody comes back: what the app does with the code, and then has to say. */
  onCode: (code: string) => Promise<string>
  close: () => void
}

/** A client that stands in for Alexa's app in a real browser: it gets the code and shows what came of it. */
export async function startDemoApp(): Promise<DemoApp> {
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const code = searchParams.get('code')
    response.setHeader('Content-Type', 'text/plain; charset=utf-8')
    if (pathname !== '/linked') return response.writeHead(404).end()
    if (code === null) return response.end(`Not linked: ${searchParams.get('error')}.\n`)
    return response.end(await app.onCode(code))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const app: DemoApp = {
    redirectUri: `http://127.0.0.1:${(server.address() as AddressInfo).port}/linked`,
    onCode: async () => 'Nobody is waiting for this code.\n',
    close: () => server.close().closeAllConnections(),
  }
  return app
}
