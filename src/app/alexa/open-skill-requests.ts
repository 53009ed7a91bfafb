import { rootCertificates } from 'node:tls'
import { answerUnlinked } from '../../alexa/answer-unlinked.ts'
import { openLinkedUsers } from '../../alexa/linked-users.ts'
import { noteLink } from '../../alexa/note-link.ts'
import { type KeyAt, openChains } from '../../alexa/signatures/chains.ts'
import { checkCertificateUrl } from '../../alexa/signatures/check-certificate-url.ts'
import type { SigningKey } from '../../alexa/signatures/check-chain.ts'
import { type FetchChain, fetchChain } from '../../alexa/signatures/fetch-chain.ts'
import { readSignatureHeaders } from '../../alexa/signatures/read-signature-headers.ts'
import { type NoteSigned, openReplays } from '../../alexa/signatures/replays.ts'
import { SIMULATED_URL, withSimulator } from '../../alexa/signatures/simulated-chain.ts'
import { trustedRoots } from '../../alexa/signatures/trusted-roots.ts'
import { type SignedRequest, verifySkillRequest } from '../../alexa/signatures/verify-skill-request.ts'
import type { SkillRequests } from '../../alexa/skill-requests.ts'
import type { Environment } from '../../config/environment.ts'
import type { AuthorizationServer } from '../../oauth/authorization-server.ts'
import { revokeGrant } from '../../oauth/grants/grants.ts'
import type { House } from '../open-house.ts'

/** What is remembered of skill requests, whatever the configuration becomes meanwhile. */
export interface SkillRequestMemory {
  keyAt: KeyAt
  noteSigned: NoteSigned
}

export interface CertificatesOfAmazon {
  fetchChain: FetchChain
  /** The CAs that they have to lead to, in PEM. */
  roots: readonly string[]
}

/** The CAs that Node itself trusts, whatever this machine trusts besides. */
const AMAZON: CertificatesOfAmazon = { fetchChain: (url) => fetchChain(url), roots: rootCertificates }

export function openSkillRequestMemory(
  { now, monotonic = () => performance.now() }: Environment,
  { fetchChain, roots } = AMAZON,
): SkillRequestMemory {
  return {
    keyAt: openChains({ fetchChain, roots: trustedRoots(roots), now, monotonic }),
    noteSigned: openReplays(monotonic),
  }
}

/** How signed skill requests are judged, and what they change. */
export function openSkillRequests(
  { skillRequests: memory, log }: Pick<House, 'skillRequests' | 'log'>,
  server: AuthorizationServer,
  simulated?: SigningKey,
): SkillRequests {
  const { store, now, audit } = server
  const keyAt = simulated ? withSimulator(memory.keyAt, simulated, now) : memory.keyAt
  const users = openLinkedUsers(store)
  const links = {
    users,
    grantedAt: async (grantId: string) => (await store.get('grant', grantId))?.createdAt,
    async endGrant(grantId: string, why: string) {
      const grant = await store.get('grant', grantId)
      await revokeGrant(server, grantId)
      audit({
        event: 'revoked',
        user: grant?.userName,
        client: grant?.client,
        grant: grantId,
        detail: `by Alexa: ${why}`,
      })
    },
  }
  return {
    async verify(request, skillIds) {
      const envelope = await verifySkillRequest(request, skillIds, { ...memory, keyAt, now })
      if (simulated && isSimulated(request)) log.warn({ detail: envelope.type }, 'a simulator was taken for Alexa')
      return envelope
    },
    noteLink: (envelope, token) => noteLink(envelope, token, links),
    answerUnlinked,
  }
}

function isSimulated({ rawHeaders }: SignedRequest): boolean {
  return checkCertificateUrl(readSignatureHeaders(rawHeaders).certificateUrl).href === SIMULATED_URL
}
