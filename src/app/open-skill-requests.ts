import { rootCertificates } from 'node:tls'
import { answerUnlinked } from '../alexa/answer-unlinked.ts'
import { openLinkedUsers } from '../alexa/linked-users.ts'
import { noteLink } from '../alexa/note-link.ts'
import { type KeyAt, openChains } from '../alexa/signatures/chains.ts'
import { type FetchChain, fetchChain } from '../alexa/signatures/fetch-chain.ts'
import { type NoteSigned, openReplays } from '../alexa/signatures/replays.ts'
import { trustedRoots } from '../alexa/signatures/trusted-roots.ts'
import { verifySkillRequest } from '../alexa/signatures/verify-skill-request.ts'
import type { SkillRequests } from '../alexa/skill-requests.ts'
import type { Environment } from '../config/environment.ts'
import type { AuthorizationServer } from '../oauth/authorization-server.ts'
import { revokeGrant } from '../oauth/grants/grants.ts'

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
export function openSkillRequests(memory: SkillRequestMemory, server: AuthorizationServer): SkillRequests {
  const { store, now, audit } = server
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
    verify: (request, skillIds) => verifySkillRequest(request, skillIds, { ...memory, now }),
    noteLink: (envelope, token) => noteLink(envelope, token, links),
    answerUnlinked,
  }
}
