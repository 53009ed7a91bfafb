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
  'no tls':
    'they spoke HTTP without TLS to listen.https: a proxy in front has to connect with https://, or to come to listen.plain from an address in listen.trusted_proxies',
  'unread proxy header':
    'they began with a header of the PROXY protocol, which is read with listen.proxy_protocol: true alone, and from listen.trusted_proxies',
  'no proxy header':
    'a trusted proxy did not begin with a header of the PROXY protocol: have it send one (nginx: proxy_protocol on; HAProxy: send-proxy), or take listen.proxy_protocol away',
  'bad proxy header': 'a trusted proxy sent a broken header of the PROXY protocol, or one that is too long',
  'late proxy header':
    'a trusted proxy sent no header of the PROXY protocol in time: have it send one, or take listen.proxy_protocol away',
} as const

export type ConnectionCut = keyof typeof CONNECTION_CUTS

/** What is no crowd, but a proxy that was set up the wrong way round: worth saying where it is. */
export const PROXY_MISTAKES: ReadonlySet<ConnectionCut> = new Set([
  'no tls',
  'unread proxy header',
  'no proxy header',
  'bad proxy header',
  'late proxy header',
])
