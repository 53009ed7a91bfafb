import { Pool } from 'undici'
import { JAPAN } from '../support/gateway.ts'

/** So many ask at the same time. */
const CLIENTS = 12

export interface Answer {
  status: number
  json: Record<string, unknown>
}

export interface TokenClients {
  exchange: (code: string) => Promise<Answer>
  refresh: (token: string) => Promise<Answer>
  callApi: (token: string) => Promise<Answer>
  close: () => Promise<void>
}

/** Alexa many times over, on connections that stay open. */
export function clientsOf(gateway: { port: number; ca: string; secrets: { alexa: string } }): TokenClients {
  const { port, ca, secrets } = gateway
  const pool = new Pool(`https://localhost:${port}`, { connections: CLIENTS, connect: { ca } })
  const credentials = { client_id: 'amazon-alexa', client_secret: secrets.alexa }

  async function post(path: string, body: string, headers: Record<string, string>): Promise<Answer> {
    const response = await pool.request({ method: 'POST', path, headers, body })
    const text = await response.body.text()
    return { status: response.statusCode, json: text.startsWith('{') ? JSON.parse(text) : { text } }
  }

  function askToken(form: Record<string, string>): Promise<Answer> {
    const body = new URLSearchParams({ ...form, ...credentials }).toString()
    return post('/alexa/token', body, { 'content-type': 'application/x-www-form-urlencoded' })
  }

  return {
    exchange: (code) => askToken({ grant_type: 'authorization_code', code, redirect_uri: JAPAN }),
    refresh: (token) => askToken({ grant_type: 'refresh_token', refresh_token: token }),
    callApi: (token) =>
      post('/api', JSON.stringify({ command: 'players/all' }), {
        'content-type': 'application/json',
        authorization: `Bearer ${token}`,
      }),
    close: () => pool.destroy(),
  }
}

/** Many times at once, each again until it is told that there is no more. */
export async function together(step: () => Promise<boolean>): Promise<void> {
  await Promise.all(
    Array.from({ length: CLIENTS }, async () => {
      while (await step());
    }),
  )
}
