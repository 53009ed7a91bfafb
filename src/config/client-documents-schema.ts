import { flag, isHostName, keys, list, scopeNames, text } from './forms.ts'

/** Hosts whose documents were there to be read; each with its source in docs/decisions/client-documents.md. */
const WELL_KNOWN_DOMAINS = [
  'claude.ai',
  // Not for documents: that of claude.ai sends people there too.
  'claude.com',
  'chatgpt.com',
  'vscode.dev',
  'insiders.vscode.dev',
  'zed.dev',
  'goose-docs.ai',
  'opencode.ai',
]

/** Everybody's. */
export const ANY_DOMAIN = '*'

/** Clients whose `client_id` is the URL of a document in which they say what they are. */
export function clientDocumentsSchema() {
  return keys({
    enabled: flag().describe(
      'Whether a client may come that nobody registered: its `client_id` is the https URL of a document that says what it is (draft-ietf-oauth-client-id-metadata-document), which the gateway reads when the client asks somebody for access.',
    ),
    domains: list(domain(), 'a list of domains')
      .prefault(WELL_KNOWN_DOMAINS)
      .describe(
        'The hosts at which such documents may be: `claude.ai` is that host alone, `*.example.org` all below it, and `*` any host, so that anybody can ask people for access under any name. The default is those of well-known connectors; a list of yours takes its place.',
      ),
    scopes: scopeNames().optional().describe('What such a client may ask for at the most: `default_scopes` if absent.'),
  })
    .prefault({})
    .describe('Clients that say in a document of their own what they are.')
}

function domain() {
  return text('a domain such as claude.ai, *.example.org for all below it, or * for any', isDomain).transform((value) =>
    value.toLowerCase(),
  )
}

/** Not `*.org`: of a whole top-level domain anybody can have a part. */
function isDomain(value: string): boolean {
  const name = value.toLowerCase().replace(/^\*\./, '')
  return value === ANY_DOMAIN || (name.includes('.') && isHostName(name))
}
