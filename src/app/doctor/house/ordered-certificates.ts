import { openAcmeFiles, type Tries } from '../../../certificates/acme/acme-files.ts'
import type { AcmeSettings } from '../../../certificates/acme/acme-orders.ts'
import type { KeyKind } from '../../../certificates/acme/order.ts'
import { renewalTime } from '../../../certificates/acme/renewal-time.ts'
import { readStored, type StoredCertificate } from '../../../certificates/acme/stored-certificate.ts'
import { CertificateError } from '../../../certificates/certificate-error.ts'
import { expiryConcern } from '../../../certificates/expiry-concern.ts'
import { dayOf } from '../../../certificates/server-certificate.ts'
import type { Environment } from '../../../config/environment.ts'
import { StorageError } from '../../../files/storage-error.ts'
import type { WantedCertificates } from '../../certificates/wanted-certificates.ts'
import { attention, fault, good, type Seen, unseen } from './seen.ts'

const NEEDS = 'a certificate that everybody trusts, which the gateway orders and renews while it runs.'
const TRY =
  'the log says what stood in the way:  npx skillgate log; and this tries it anew, in words, without spending a rate limit:  npx skillgate cert get --staging'

/** What the gateway has ordered of a CA, as it is kept: until when, when it is renewed, and whether tries have failed. Orders nothing. */
export async function lookAtOrdered(
  { names, folder = '' }: WantedCertificates,
  settings: AcmeSettings,
  environment: Pick<Environment, 'now' | 'randomBytes'>,
): Promise<Seen[]> {
  const files = openAcmeFiles(folder, settings.directory, environment)
  const now = environment.now()
  try {
    const tries = await files.tries(names)
    const kept = settings.keys.map(async (kind): Promise<Ordered> => {
      const pem = await files.read(names, kind)
      const path = files.certificateFile(names, kind)
      return { kind, ...(pem !== undefined && whatIsKept(pem, path, { names, now })) }
    })
    return judgeOrdered({ names, ordered: await Promise.all(kept), tries, now })
  } catch (error) {
    if (error instanceof StorageError) return [unseen(error.message)]
    throw error
  }
}

/** What is kept of one kind; neither where nothing is. */
export interface Ordered {
  kind: KeyKind
  stored?: StoredCertificate
  /** Why it can't be served. */
  trouble?: string
}

function whatIsKept(pem: string, path: string, wanted: { names: string[]; now: number }) {
  try {
    return { stored: readStored(pem, path, wanted) }
  } catch (error) {
    if (error instanceof CertificateError) return { trouble: error.message }
    throw error
  }
}

interface OrderedFacts {
  names: string[]
  ordered: Ordered[]
  tries: Tries
  /** Milliseconds since 1970. */
  now: number
}

/** Pure: what is to be said of them. */
export function judgeOrdered({ names, ordered, tries, now }: OrderedFacts): Seen[] {
  const have = ordered.flatMap(({ kind, stored }) => (stored ? [{ kind, stored }] : []))
  const failed = inWords(tries, now)
  if (have.length === 0) {
    const why = ordered.find(({ trouble }) => trouble !== undefined)?.trouble
    const what = why === undefined ? `There is no certificate for ${names.join(', ')} yet.` : why
    const first = 'start the gateway, which orders it at once, and look again after a minute:  npx skillgate start'
    const remedy = why === undefined && tries.failures === 0 ? first : TRY
    return [fault(`${what}${failed}`, { needs: NEEDS, remedy })]
  }
  const seen = have.flatMap(({ kind, stored }) => judgeOne(kind, stored, now))
  if (tries.failures > 0) seen.push(attention(`It should have been renewed.${failed}`, { needs: NEEDS, remedy: TRY }))
  return seen
}

function judgeOne(kind: KeyKind, stored: StoredCertificate, now: number): Seen[] {
  const concern = expiryConcern(stored, 'acme', now)
  if (concern) return [attention(`${concern.words}.`, { needs: NEEDS, remedy: TRY })]
  if (stored.missing.length > 0) {
    const found = `The one that is kept is not for ${stored.missing.join(', ')} yet.`
    return [attention(found, { needs: NEEDS, remedy: TRY })]
  }
  const at = renewalTime({ ...stored, share: 0 })
  const renewed = at > now ? `from ${dayOf(at)}, or when the CA says` : 'within hours'
  return [
    good(
      `For ${stored.names.join(', ')} (${kind.toUpperCase()}), until ${dayOf(stored.notAfter)}; renewed ${renewed}.`,
    ),
  ]
}

function inWords({ failures, waitUntil }: Tries, now: number): string {
  if (failures === 0) return ''
  const times = failures === 1 ? 'The last try failed' : `The last ${failures} tries failed`
  const pause = waitUntil > now ? `, and the CA asks to wait until ${new Date(waitUntil).toISOString()}` : ''
  return ` ${times}${pause}.`
}
