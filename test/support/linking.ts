import { createHash, randomBytes } from 'node:crypto'
import { request } from 'undici'
import { Browser, type Page } from './browser.ts'
import { ADA, JAPAN } from './gateway.ts'
import { noteIssued } from './issued-secrets.ts'

export const ALEXA_REQUEST = {
  client_id: 'amazon-alexa',
  response_type: 'code',
  redirect_uri: JAPAN,
  state: 'A1b2C3d4E5f6G7',
  scope: 'music.control user:read',
}

type House = { port: number; ca: string; secrets: { alexa: string } }
type Answer = { status: number; headers: Record<string, string | string[] | undefined>; json: Record<string, unknown> }

/** Opens the authorization request in a browser of its own. Parameters that are undefined are left out. */
export async function openAuthorize(
  house: House,
  parameters: Record<string, string | undefined> = {},
  browser = new Browser(house),
): Promise<Page> {
  return browser.open(`/alexa/authorize?${encode({ ...ALEXA_REQUEST, ...parameters })}`)
}

/** Links in a browser of its own. @returns the parameters that the client's redirect URI gets. */
export async function approve(
  house: House,
  parameters: Record<string, string | undefined> = {},
): Promise<URLSearchParams> {
  const browser = new Browser(house)
  const page = await openAuthorize(house, parameters, browser)
  const { status, location, text } = await browser.submit(page, { username: ADA.name, password: ADA.password })
  if (status !== 303) throw new Error(`approving was answered ${status}: ${text}`)
  return new URL(location).searchParams
}

/** Sends a form to the token endpoint. */
export async function postToken(
  house: House,
  form: Record<string, string | undefined>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await request(`https://localhost:${house.port}/alexa/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: encode(form),
    dispatcher: new Browser(house).dispatcher,
  })
  const text = await response.body.text()
  const json = text.startsWith('{') ? JSON.parse(text) : { text }
  noteIssued(json.access_token)
  noteIssued(json.refresh_token)
  return { status: response.statusCode, headers: response.headers, json }
}

/** The credentials of Alexa, for the body of a token request. */
export function alexaCredentials(house: House): { client_id: string; client_secret: string } {
  return { client_id: 'amazon-alexa', client_secret: house.secrets.alexa }
}

export function exchange(
  house: House,
  code: string | null,
  extra: Record<string, string | undefined> = {},
): Promise<Answer> {
  return postToken(house, {
    grant_type: 'authorization_code',
    code: code ?? '',
    redirect_uri: JAPAN,
    ...alexaCredentials(house),
    ...extra,
  })
}

export function refresh(house: House, token: unknown, extra: Record<string, string | undefined> = {}): Promise<Answer> {
  return postToken(house, {
    grant_type: 'refresh_token',
    refresh_token: String(token),
    ...alexaCredentials(house),
    ...extra,
  })
}

/** Links and exchanges. */
export async function link(
  house: House,
  parameters: Record<string, string | undefined> = {},
): Promise<{ access: string; refresh: string }> {
  const { json } = await exchange(house, (await approve(house, parameters)).get('code'))
  return { access: String(json.access_token), refresh: String(json.refresh_token) }
}

/** What the public client asks for, with the challenge that it sends. */
export const PHONE_REQUEST = {
  client_id: 'phone',
  redirect_uri: 'com.example.app:/callback',
  scope: 'music.read',
  code_challenge_method: 'S256',
}

/** Links the public client. @param request of it, where it is another one. */
export async function linkPhone(
  house: House,
  request: Record<string, string | undefined> = {},
): Promise<{ access: string; refresh: string }> {
  const code_verifier = randomBytes(32).toString('base64url')
  const code_challenge = createHash('sha256').update(code_verifier).digest('base64url')
  const asked = { ...PHONE_REQUEST, ...request }
  const code = (await approve(house, { ...asked, code_challenge })).get('code') ?? ''
  const { client_id, redirect_uri } = asked
  const form = { grant_type: 'authorization_code', client_id, redirect_uri, code, code_verifier }
  const { json } = await postToken(house, form)
  return { access: String(json.access_token), refresh: String(json.refresh_token) }
}

/** Calls Music Assistant through the gateway. */
export async function callApi(
  house: House,
  accessToken: string | undefined,
  command = 'players/all',
  headers: Record<string, string> = {},
): Promise<Answer> {
  const response = await request(`https://localhost:${house.port}/api`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(accessToken && { authorization: `Bearer ${accessToken}` }),
      ...headers,
    },
    body: JSON.stringify({ command }),
    dispatcher: new Browser(house).dispatcher,
  })
  const text = await response.body.text()
  return {
    status: response.statusCode,
    headers: response.headers,
    json: /^[[{]/.test(text) ? JSON.parse(text) : { text },
  }
}

function encode(parameters: Record<string, string | undefined>): string {
  return new URLSearchParams(
    Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined),
  ).toString()
}
