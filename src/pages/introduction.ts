import { type Html, html } from './html.ts'
import type { Words } from './words/words-for.ts'

/** Who answers for what a client is called: nobody, where it registered itself; or the host that its metadata document is at. */
export type Voucher = 'nobody' | { host: string }

/** Where the browser goes next. */
export type BackTo =
  | { kind: 'host'; host: string }
  /** A program on the very device that the browser is on, by a loopback address. */
  | { kind: 'program' }
  /** An app on that device, by a scheme of its own. */
  | { kind: 'app'; uri: string }

export interface Introduced {
  kind: 'link' | 'device'
  clientName: string
  /** Whoever runs this, in the configuration, if absent. */
  vouchedBy?: Voucher
  /** Absent where the browser goes nowhere, as with a device. */
  backTo?: BackTo
}

/** In characters. */
const HOST_LIMIT = 60
const URI_LIMIT = 100

/**
 * What people have to know of a client besides its name, before they approve: how much the name is worth, and where they
 * are sent. Of one that whoever runs this has configured that is nothing, but for an app: any other could open in its place.
 */
export function introduction(introduced: Introduced, words: Words): Html[] {
  const { kind, vouchedBy, backTo } = introduced
  const clientName = withoutQuotes(introduced.clientName)
  const next = kind === 'link' ? nextStop(introduced, words) : undefined
  if (vouchedBy === undefined) return next && backTo?.kind === 'app' ? [html`<p>${next}</p>`] : []
  if (vouchedBy === 'nobody')
    return [html`<p class="caution">\n${words[kind].unverified(clientName)}${next && html` ${next}`}</p>`]
  const vouches = words[kind].vouched(clientName, endOf(vouchedBy.host))
  // Any device can call itself so, whoever vouches for the name.
  if (kind === 'device') return [html`<p class="caution">\n${vouches}</p>`]
  return [html`<p>${vouches}</p>`, ...(next ? [html`<p class="caution">\n${next}</p>`] : [])]
}

function nextStop({ vouchedBy, backTo }: Introduced, { link }: Words): Html | undefined {
  if (backTo?.kind === 'program') return link.backToProgram
  if (backTo?.kind === 'app') return link.backToApp(...schemeAndRest(startOf(backTo.uri)))
  if (!backTo || (typeof vouchedBy === 'object' && vouchedBy.host === backTo.host)) return undefined
  return link.backToHost(endOf(backTo.host))
}

/** It stands in quotation marks, which it is not to end: what follows them is said by us. */
function withoutQuotes(name: string): string {
  return name.replace(/["“”„‟«»]/g, "'")
}

/** Whose a host is stands at its end. */
function endOf(host: string): string {
  return host.length > HOST_LIMIT ? `…${host.slice(-HOST_LIMIT)}` : host
}

/** Which app it opens stands at the beginning; with what it is called is nobody's business. */
function startOf(uri: string): string {
  const [address = ''] = uri.split('?', 1)
  return address.length > URI_LIMIT ? `${address.slice(0, URI_LIMIT)}…` : address
}

/** An app has nothing but its scheme: what stands behind it, where a host would, is whatever it likes. */
function schemeAndRest(uri: string): [scheme: string, rest: string] {
  const colon = uri.indexOf(':')
  return [uri.slice(0, colon), uri.slice(colon)]
}
