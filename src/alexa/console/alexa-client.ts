import type { Client, Config } from '../../config/schema.ts'

/** Where Alexa sends people back to; the path ends with the vendor id of whoever made the skill. */
const ALEXA_HOSTS = ['pitangui.amazon.com', 'layla.amazon.com', 'alexa.amazon.co.jp'] as const
const PATH = /^\/api\/skill\/link\/([A-Z0-9]+)$/

/** The client that stands for Alexa: the one that may send people back to Amazon, else the one of that name. */
export function alexaClient({ oauth }: Pick<Config, 'oauth'>): Client | undefined {
  const { clients } = oauth
  const leadsToAmazon = ({ redirect_uris }: Client) => redirect_uris.some((uri) => hostOf(uri) !== undefined)
  return clients.find(leadsToAmazon) ?? clients.find(({ id }) => id === 'amazon-alexa')
}

/** The redirect URIs that Alexa has, as far as one vendor id is known, and which of them the client lacks. */
export function alexaRedirectUris({ redirect_uris }: Pick<Client, 'redirect_uris'>) {
  const known = redirect_uris.filter((uri) => hostOf(uri) !== undefined)
  const vendors = [...new Set(known.map((uri) => PATH.exec(new URL(uri).pathname)?.[1] ?? ''))]
  const [vendor] = vendors
  const expected = ALEXA_HOSTS.map((host) => `https://${host}/api/skill/link/${vendor || 'YOUR-VENDOR-ID'}`)
  return { known, vendors, missing: expected.filter((uri) => !redirect_uris.includes(uri)) }
}

function hostOf(uri: string): string | undefined {
  const host = URL.parse(uri)?.host
  return ALEXA_HOSTS.find((one) => one === host)
}
