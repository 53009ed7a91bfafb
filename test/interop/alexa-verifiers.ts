import https from 'node:https'
import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import alexaVerifier from 'alexa-verifier'
import forge from 'node-forge'
import { openChains } from '../../src/alexa/signatures/chains.ts'
import { skillRefusal } from '../../src/alexa/signatures/refuse.ts'
import { openReplays } from '../../src/alexa/signatures/replays.ts'
import { trustedRoots } from '../../src/alexa/signatures/trusted-roots.ts'
import { verifySkillRequest } from '../../src/alexa/signatures/verify-skill-request.ts'
import { GatewayError } from '../../src/http/gateway-error.ts'
import { SKILL } from '../support/alexa-signing.ts'

/** What came to a skill, and what Amazon's storage has. */
export interface SignedCase {
  headers: Record<string, string | undefined>
  body: string
  /** By the path that is fetched: a chain, or the status of an answer without one; nothing, where it can't be reached. */
  storage: Record<string, string | number>
  /** The CAs that are trusted, in PEM. */
  roots: string[]
}

export type Verdict = 'taken' | 'refused'

/** Ours, and the two that others use, in front of the same storage. */
export const VERIFIERS = { ours, alexaVerifier: byAlexaVerifier, sdk: bySdk }

async function ours({ headers, body, storage, roots }: SignedCase): Promise<Verdict> {
  const now = Date.now
  const keyAt = openChains({
    fetchChain: (url) => fetchFrom(storage, url),
    roots: trustedRoots(roots),
    now,
    monotonic: () => performance.now(),
  })
  const rawHeaders = Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [name, value]))
  const tools = { keyAt, noteSigned: openReplays(() => performance.now()), now }
  try {
    await verifySkillRequest({ rawHeaders, body: Buffer.from(body) }, [SKILL], tools)
    return 'taken'
  } catch (error) {
    if (error instanceof GatewayError) return 'refused'
    throw error
  }
}

async function fetchFrom(storage: SignedCase['storage'], { pathname }: URL): Promise<string> {
  const found = storage[pathname]
  if (typeof found === 'string') return found
  if (found === undefined) throw new GatewayError('chain_unavailable', 'nobody is there')
  throw skillRefusal('chain-not-there', `it answered ${found}`)
}

async function byAlexaVerifier({ headers, body, storage }: SignedCase): Promise<Verdict> {
  const value = (name: string) => Object.entries(headers).find(([one]) => one.toLowerCase() === name)?.[1]
  return withStorage(storage, () => alexaVerifier(value('signaturecertchainurl'), value('signature-256'), body))
}

const require = createRequire(import.meta.url)

async function bySdk({ headers, body, storage, roots }: SignedCase): Promise<Verdict> {
  const { SkillRequestSignatureVerifier, TimestampVerifier } = require('ask-sdk-express-adapter')
  // It asks for those of Node, which nobody can replace.
  require('ask-sdk-express-adapter/dist/verifier/helper').generateCAStore = () => forge.pki.createCaStore(roots)
  return withStorage(storage, async () => {
    await new SkillRequestSignatureVerifier().verify(body, headers)
    await new TimestampVerifier().verify(body)
  })
}

/** While it runs, whoever gets anything over https gets it from there. */
async function withStorage(storage: SignedCase['storage'], verify: () => Promise<void>): Promise<Verdict> {
  const { get } = https
  https.get = ((url: string, answered: (response: object) => void) => {
    const request = Object.assign(new Readable({ read() {} }), { end() {} })
    const found = storage[new URL(url).pathname]
    setImmediate(() => {
      if (found === undefined) request.emit('error', new Error('nobody is there'))
      else if (typeof found === 'number') answered(Object.assign(Readable.from(['no chain']), { statusCode: found }))
      else answered(Object.assign(Readable.from([found]), { statusCode: 200 }))
    })
    return request
  }) as unknown as typeof get
  try {
    await verify()
    return 'taken'
  } catch {
    return 'refused'
  } finally {
    https.get = get
  }
}
