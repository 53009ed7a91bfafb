import { readFileSync } from 'node:fs'
import { type Dispatcher, Pool } from 'undici'
import { type Field, PATH, type RunningContender } from './contender.ts'

/** @throws Error when this isn't the gateway that it should be, so that measuring it would mean nothing. */
export async function verify({ port, token }: RunningContender, { tls }: Field, body: string): Promise<void> {
  // The certificate has to be the common one, and the protocol TLS 1.3.
  const pool = new Pool(`https://localhost:${port}`, {
    connections: 1,
    connect: { ca: readFileSync(tls.ca), minVersion: 'TLSv1.3' },
  })
  const ask = async (method: 'GET' | 'POST', path: string, authorization?: string) => {
    const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) }
    const options: Dispatcher.RequestOptions = { method, path, headers, body: method === 'POST' ? body : undefined }
    const answer = await pool.request(options)
    return { status: answer.statusCode, text: await answer.body.text(), headers: answer.headers }
  }
  const good = `Bearer ${token}`
  const wrong = `Bearer ${'x'.repeat(token.length)}`
  try {
    for (const method of ['GET', 'POST'] as const) {
      const { status, text } = await ask(method, `${PATH}/players`, good)
      expect(status === 200 && text.length === 200, `${method} with the token was answered ${status}: ${text}`)
      for (const authorization of [undefined, wrong, good.slice(0, -1)]) {
        const refused = await ask(method, `${PATH}/players`, authorization)
        expect(refused.status === 401, `${method} with ${authorization ?? 'no token'} was answered ${refused.status}`)
      }
    }
    const { text, headers } = await ask('GET', `${PATH}/whoami`, good)
    const seen = JSON.parse(text) as { user: string | null; authorization: boolean }
    expect(seen.user !== null, 'the upstream was not told who is calling')
    expect(!seen.authorization, 'the upstream got the token')
    expect(headers.connection !== 'close', 'the connection is not kept alive')
  } finally {
    await pool.destroy()
  }
}

function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise)
}
