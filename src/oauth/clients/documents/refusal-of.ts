import type { DocumentProblem, DocumentProblemKind } from '../../../net/document-problem.ts'
import { deny } from '../../deny.ts'
import type { OAuthError } from '../../oauth-error.ts'

type Told = { host: string; detail: string }

const REFUSALS: Record<DocumentProblemKind, (told: Told) => OAuthError> = {
  'no address': (told) => deny('document-without-address', told),
  'not public': (told) => deny('document-not-public', told),
  unreachable: (told) => deny('document-unreachable', told),
  certificate: (told) => deny('document-certificate', told),
  'too slow': (told) => deny('document-too-slow', told),
  redirect: (told) => deny('document-redirected', told),
  gone: (told) => deny('document-gone', told),
  status: (told) => deny('document-refused', told),
  compressed: (told) => deny('document-compressed', told),
  'another type': (told) => deny('document-of-another-type', told),
  'too long': (told) => deny('document-too-long', told),
  garbled: (told) => deny('document-garbled', told),
}

/** Why there is no client, where there is no document. */
export function refusalOf({ kind, message }: DocumentProblem, { hostname: host }: URL): OAuthError {
  return REFUSALS[kind]({ host, detail: `${host}: ${message}` })
}

/**
 * Whether the server that has the document, proven by its certificate, has said nothing that could be believed: then what
 * it said before goes on counting for a while. Anybody on the way can bring that about, and none of it is a withdrawal.
 */
export function isOutage({ kind }: DocumentProblem): boolean {
  return OUTAGES.includes(kind)
}

/** `status` is anything but 404 and 410: a fault of the server, or one that thinks that we are a robot. */
const OUTAGES: DocumentProblemKind[] = ['no address', 'not public', 'unreachable', 'certificate', 'too slow', 'status']
