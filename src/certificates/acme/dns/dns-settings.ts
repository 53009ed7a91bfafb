import type { SecretSource } from '../../../config/schema.ts'
import type { TlsSource } from '../../../config/tls-sources.ts'

type Configured = NonNullable<Extract<TlsSource, { source: 'acme' }>['dns']>

type WithSecrets<One> = One extends unknown
  ? { [Key in keyof One]: NonNullable<One[Key]> extends SecretSource ? string : One[Key] }
  : never

/** `dns` of the configuration, with the secrets themselves where the configuration says where they are. */
export type DnsSettings = WithSecrets<Configured>

export type DnsSettingsOf<By extends DnsSettings['by']> = Extract<DnsSettings, { by: By }>
