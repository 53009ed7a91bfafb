import type { Address, Config } from '../../config/schema.ts'

export type ListenerKind = 'https' | 'http' | 'plain' | 'metrics'

export interface WantedListener {
  kind: ListenerKind
  address: Address
}

/** The listeners that a configuration wants. */
export function wantedListeners({ listen, metrics }: Config): WantedListener[] {
  const wanted: WantedListener[] = []
  if (listen.https) wanted.push({ kind: 'https', address: listen.https })
  if (listen.http) wanted.push({ kind: 'http', address: listen.http })
  if (listen.plain) wanted.push({ kind: 'plain', address: listen.plain })
  if (metrics) wanted.push({ kind: 'metrics', address: metrics.listen })
  return wanted
}

/** Where they listen. */
export function addressesOf(config: Config): Address[] {
  return wantedListeners(config).map(({ address }) => address)
}
