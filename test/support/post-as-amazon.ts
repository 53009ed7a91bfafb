import { request } from 'node:https'
import { text } from 'node:stream/consumers'
import { type ExactAnswer, FORM } from './exact-request.ts'
import type { TestHouse } from './gateway.ts'
import { JAPAN } from './gateway.ts'
import { alexaCredentials, approve, callApi } from './linking.ts'

/** What Amazon's servers call themselves. */
export const AMAZON_AGENT = 'Apache-HttpClient/4.5.13 (Java/1.8.0_412)'

/** What differs from what Amazon's servers do. */
export interface AsAmazon {
  /** The only ones that it knows. */
  ciphers?: string
  minVersion?: 'TLSv1.2' | 'TLSv1.3'
  maxVersion?: 'TLSv1.2' | 'TLSv1.3'
  headers?: Record<string, string>
  path?: string
}

type House = Pick<TestHouse, 'port' | 'ca'>

/** Posts a body in one connection, in two pieces, to the token endpoint unless something else is said. */
export function postAsAmazon(house: House, body: string, as: AsAmazon = {}): Promise<ExactAnswer> {
  const { headers, path = '/alexa/token', ...tls } = as
  const { port, ca } = house
  return new Promise((resolve, reject) => {
    const sent = request({
      ...{ host: 'localhost', port, ca, agent: false, method: 'POST', path },
      ...tls,
      headers: { ...FORM, 'user-agent': AMAZON_AGENT, ...headers },
    })
    sent.on('error', reject)
    sent.on('response', (response) => {
      const { statusCode: status = 0, headers: got } = response
      text(response).then((content) => resolve({ status, headers: got, text: content }), reject)
    })
    const bytes = Buffer.from(body)
    sent.write(bytes.subarray(0, 17))
    sent.end(bytes.subarray(17))
  })
}

/** The form by which a code is redeemed, without credentials. */
export function codeForm(code: string | null, more: Record<string, string> = {}): string {
  const form = { grant_type: 'authorization_code', code: String(code), redirect_uri: JAPAN, ...more }
  return new URLSearchParams(form).toString()
}

/** Links, with Amazon as it is said to be. @returns the status of the token endpoint, and of the first call. */
export async function linkAsAmazon(house: TestHouse, as: AsAmazon): Promise<number[]> {
  const code = (await approve(house)).get('code')
  const { status, text } = await postAsAmazon(house, codeForm(code, alexaCredentials(house)), as)
  return [status, (await callApi(house, JSON.parse(text).access_token)).status]
}
