/** Why a connection was refused or cut off where no request tells; what the log says of many of them at once. */
export const CONNECTION_CUTS = {
  full: 'there was no room for more',
  address: 'their address had too many',
  handshakes: 'too many handshakes were unfinished',
  silent: 'no handshake was finished in time',
  spared: 'somebody else needed their room more',
  idle: 'they were idle while room was short',
  memory: 'they were idle while memory was short',
  'not reading': 'they did not take what was sent to them',
  'slow body': 'their body came too slowly',
  left: 'their client had left without a word',
} as const

export type ConnectionCut = keyof typeof CONNECTION_CUTS
