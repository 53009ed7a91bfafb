import type { ExecutionContext } from 'ava'
import { request } from 'undici'
import type { RegisteredClient } from '../../src/oauth/clients/clients.ts'
import { writeDecision } from '../../src/oauth/device/device-requests.ts'
import { handleDeviceAuthorization } from '../../src/oauth/device/handle-device-authorization.ts'
import { handleToken } from '../../src/oauth/endpoints/handle-token.ts'
import { hashSecret } from '../../src/secrets/secret.ts'
import { Browser, type Page } from './browser.ts'
import type { testConfig } from './gateway.ts'
import { CLIENT, PUBLIC_CLIENT, USER } from './grants.ts'
import { postToken } from './linking.ts'
import { openServer, postForm } from './server.ts'

export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code'

/** A speaker that can show a code and nothing else, as the server knows it. */
export const KITCHEN: RegisteredClient = {
  ...PUBLIC_CLIENT,
  id: 'kitchen',
  name: 'Kitchen speaker',
  redirect_uris: [],
  scopes: ['music.read', 'music.control'],
  grant_types: ['device_code', 'refresh_token'],
}

/** The same in the configuration of a test house. */
export function addKitchen({ oauth }: ReturnType<typeof testConfig>): void {
  const { id, name, scopes, grant_types } = KITCHEN
  Object.assign(oauth, { clients: [...oauth.clients, { id, name, public: true, grant_types, scopes }] })
}

type House = { port: number; ca: string; secrets: { alexa: string } }

export interface Device {
  device_code: string
  user_code: string
  verification_uri: string
  verification_uri_complete: string
  expires_in: number
  interval: number
}

/** Begins as the kitchen's speaker, unless said otherwise. */
export async function askForDevice(house: House, form: Record<string, string> = {}) {
  const response = await request(`https://localhost:${house.port}/alexa/device_authorization`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ client_id: KITCHEN.id, scope: 'music.control', ...form }).toString(),
    dispatcher: new Browser(house).dispatcher,
  })
  return { status: response.statusCode, headers: response.headers, json: (await response.body.json()) as object }
}

export async function startDevice(house: House, form: Record<string, string> = {}): Promise<Device> {
  return (await askForDevice(house, form)).json as Device
}

/** Asks whether somebody has answered. */
export function poll(house: House, { device_code }: Pick<Device, 'device_code'>, form: Record<string, string> = {}) {
  return postToken(house, { grant_type: DEVICE_GRANT, client_id: KITCHEN.id, device_code, ...form })
}

/** Opens the page of the device's address and types the code there. @returns the page that asks for consent. */
export async function typeCode(browser: Browser, user_code: string): Promise<Page> {
  return browser.submit(await browser.open('/alexa/device'), { user_code })
}

/** The path of an address of the gateway's. */
export function pathOf(address: string): string {
  const { pathname, search } = new URL(address)
  return pathname + search
}

/** What stands on a page. */
export function wordsOn({ text }: Page): string {
  return text
    .replace(/<style>.*?<\/style>/gs, '')
    .replace(/<[^>]*>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}

type Form = Parameters<typeof postForm>[2]

/** A server without HTTP at which a device has begun, and what it and the person do next. */
export async function openDevice(t: ExecutionContext, form: Form = {}) {
  const { id, secretHash, auth_methods } = CLIENT
  const confidential = { ...KITCHEN, id, public: false, secretHash, auth_methods }
  const house = await openServer(t, [KITCHEN, { ...KITCHEN, id: 'bath' }, confidential])
  const { server } = house
  const begin = { client_id: KITCHEN.id, scope: 'music.read music.control', ...form }
  const { device_code } = (await postForm(server, handleDeviceAuthorization, begin)).json
  const device = hashSecret(device_code)
  const ask = (more: Form = {}) =>
    postForm(server, handleToken, { grant_type: DEVICE_GRANT, client_id: KITCHEN.id, device_code, ...more })
  /** The code of the error, or the status. */
  const outcome = async (more?: Form): Promise<string> => {
    const { status, json } = await ask(more)
    return status === 400 ? json.error : `${status}`
  }
  return {
    ...house,
    device,
    ask,
    outcome,
    approve: () => writeDecision(server, device, { by: USER, client: KITCHEN, scopes: KITCHEN.scopes }),
  }
}
