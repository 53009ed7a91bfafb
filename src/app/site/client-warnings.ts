import { ANY_DOMAIN } from '../../config/client-documents-schema.ts'
import type { Config } from '../../config/schema.ts'

/** Where anybody can have a host, or a file: of each only what people are likely to name. */
const SHARED = [
  ...['github.io', 'gitlab.io', 'pages.dev', 'workers.dev', 'vercel.app', 'netlify.app', 'web.app', 'firebaseapp.com'],
  ...['herokuapp.com', 'onrender.com', 'fly.dev', 'azurewebsites.net', 'cloudfront.net', 'amazonaws.com', 'run.app'],
  ...['ngrok.io', 'ngrok.app', 'ngrok-free.app', 'trycloudflare.com', 'duckdns.org', 'blogspot.com', 'surge.sh'],
  ...['nabu.casa', 'ui.nabu.casa', 'glitch.me', 'repl.co', 'replit.app', 'deno.dev', 'hf.space', 'ts.net'],
  ...['storage.googleapis.com', 'cdn.jsdelivr.net', 'unpkg.com', 'raw.githack.com', 'esm.sh'],
]

/** What works, but lets anybody come under any name. Sentences for the log. */
export function clientWarnings({ oauth }: Pick<Config, 'oauth'>): string[] {
  const { enabled, domains } = oauth.client_metadata_documents
  return [
    ...(enabled ? domains.flatMap(domainWarning) : []),
    ...(oauth.registration.open
      ? [
          'oauth.registration.open is true: any client can register itself here at any time and ask people for access, under any name. Take it out, and let one register while you connect it: skillgate client allow --for 10m',
        ]
      : []),
  ]
}

function domainWarning(domain: string): string[] {
  if (domain === ANY_DOMAIN)
    return [
      'oauth.client_metadata_documents.domains has "*": whoever has a host anywhere can ask people here for access, under any name. Name the hosts of the apps that you know instead',
    ]
  if (!SHARED.includes(domain.replace(/^\*\./, ''))) return []
  return [
    `oauth.client_metadata_documents.domains has "${domain}": anybody can have a host or a file there, and ask people here for access, under any name. Name the hosts of the apps that you know instead`,
  ]
}
