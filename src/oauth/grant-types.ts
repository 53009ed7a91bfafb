import type { GrantType } from '../config/schema.ts'

/** @see RFC 8628 section 3.4 */
export const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code'

/** As clients send, register and read of them; the value is what the configuration calls them. */
export const GRANT_TYPES = {
  authorization_code: 'authorization_code',
  refresh_token: 'refresh_token',
  [DEVICE_CODE]: 'device_code',
} as const satisfies Record<string, GrantType>

export type SentGrantType = keyof typeof GRANT_TYPES
