import { ANY_DOMAIN } from '../../config/client-documents-schema.ts'
import type { Config } from '../../config/schema.ts'

/** What works, but lets anybody come under any name. Sentences for the log. */
export function clientWarnings({ oauth }: Pick<Config, 'oauth'>): string[] {
  const { enabled, domains } = oauth.client_metadata_documents
  if (!enabled || !domains.includes(ANY_DOMAIN)) return []
  return [
    'oauth.client_metadata_documents.domains has "*": whoever has a host anywhere can ask people here for access, under any name. Name the hosts of the apps that you know instead',
  ]
}
