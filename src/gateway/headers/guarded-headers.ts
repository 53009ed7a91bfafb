import { CREDENTIAL_HEADERS } from '../access/access.ts'
import { HOP_BY_HOP } from './hop-by-hop.ts'

/*
 * What never passes from a client to an upstream, in lower case. Only a proxy may say these things, and this gateway is
 * the only one in front of its upstreams: said by a client they are lies that some server or other believes.
 * docs/decisions/header-names.md says what is not here, and why.
 */

/** Where a request comes from. */
const ADDRESS = [
  'forwarded',
  'x-forwarded',
  'x-real-ip',
  'x-client-ip',
  'client-ip',
  'x-cluster-client-ip',
  'x-originating-ip',
  'x-proxyuser-ip',
  'true-client-ip',
  'fastly-client-ip',
  'fly-client-ip',
  'proxy-client-ip',
  'wl-proxy-client-ip',
  'x-azure-clientip',
  'x-azure-socketip',
  'x-appengine-user-ip',
]

/** What was asked for, in place of the path, the method, the host and the scheme that the routes were held against. */
const TARGET = [
  'x-host',
  'x-http-host-override',
  'x-http-method',
  'x-http-method-override',
  'x-method-override',
  'x-scheme',
  'x-url-scheme',
  'front-end-https',
  'x-script-name',
  // What a server should make of its own answer: Rack reads these two as the name of a file to send.
  'x-sendfile-type',
  'x-accel-mapping',
]

/** Who is calling: the names that this gateway uses where the configuration has no others, and those of its kind. */
const IDENTITY = ['x-auth-client-id', 'x-auth-scopes', 'client-cert', 'client-cert-chain', 'x-client-dn']

/** CGI makes HTTP_PROXY of it, which many programs take for the proxy that they should use. */
const CGI = ['proxy']

/** What is between the client and this gateway, and no business of an upstream. */
const ENDS_HERE = ['expect', 'host']

/** Of the configured identity headers nothing is here: they are added by their names. */
export const GUARDED_HEADERS: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  ...CREDENTIAL_HEADERS,
  ...ADDRESS,
  ...TARGET,
  ...IDENTITY,
  ...CGI,
  ...ENDS_HERE,
])

/** Whole families of the same. */
const FAMILIES = [
  // Addresses, hosts, users, certificates, whatever comes to somebody's mind next.
  'x-forwarded-',
  'x-original-',
  'x-rewrite-',
  'x-ingress-',
  'x-envoy-',
  'cf-',
  // A path or a step to skip, in servers that talk to themselves by headers.
  'x-middleware-',
  'x-simulator-',
  // Who somebody is, behind Apache, Authelia, oauth2-proxy, Kong, Grafana's and Gitea's proxies, and in the clouds.
  'remote-',
  'x-remote-',
  'x-auth-request-',
  'x-authenticated-',
  'x-authentik-',
  'x-consumer-',
  'x-credential-',
  'x-goog-authenticated-user-',
  'x-goog-iap-',
  'x-hass-',
  'x-hassio-',
  'x-ms-client-principal',
  'x-pomerium-',
  'x-webauth-',
  'tailscale-',
  // The certificate that somebody else has checked.
  'ssl-',
  'x-ssl-',
  'x-client-cert',
  'x-client-verify',
  'x-amzn-mtls-',
  'x-amzn-oidc-',
]

export const GUARDED_FAMILIES = new RegExp(`^(?:${FAMILIES.join('|')})`)
