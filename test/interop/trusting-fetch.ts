import { type RequestInit, fetch as undiciFetch } from 'undici'
import { Browser } from '../support/browser.ts'
import type { InteropHouse } from './house.ts'

/** A `fetch` for libraries that take one: the usual one, but for the CA that it trusts. */
export function trustingFetch(house: InteropHouse): typeof fetch {
  const { dispatcher } = new Browser(house)
  const trusting = (url: string, init?: object) => undiciFetch(url, { ...(init as RequestInit), dispatcher })
  return trusting as unknown as typeof fetch
}
