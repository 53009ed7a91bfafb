import type { Environment } from '../../../config/environment.ts'
import { dnsFailure } from './dns-failure.ts'
import {
  DnsFormatError,
  type DnsMessage,
  encodeMessage,
  isResponse,
  isTruncated,
  OPCODE,
  opcodeFlags,
  responseCode,
} from './dns-message.ts'
import type { DnsSettingsOf } from './dns-settings.ts'
import { exchangeMessage } from './exchange-message.ts'
import { readDnsMessage } from './read-dns-message.ts'
import { readNameServer } from './read-name-server.ts'
import { adviceForCode, adviceForSignature, nameOfCode } from './rfc2136-advice.ts'
import { signMessage, type TransactionKey, verifyAnswer } from './transaction-signature.ts'

/** A name that isn't there; its zone is said all the same. */
const NXDOMAIN = 3

export interface SignedQuestion {
  opcode: number
  /** What it is about, for the error. */
  name: string
  parts: Partial<DnsMessage>
}

export interface Asking extends Pick<Environment, 'now' | 'randomBytes'> {
  settings: DnsSettingsOf<'rfc2136'>
  key: TransactionKey
  /** How errors call the server. */
  who: string
}

/** Asks a name server, and believes its answer only if it is signed. @throws CertificateError dns_failed, also where it says no */
export async function askSigned({ opcode, name, parts }: SignedQuestion, asking: Asking): Promise<DnsMessage> {
  const { settings, key, who, now, randomBytes } = asking
  const id = randomBytes(2).readUInt16BE()
  const message = { id, flags: opcodeFlags(opcode), questions: [], answers: [], authorities: [], additionals: [] }
  try {
    const request = signMessage(encodeMessage({ ...message, ...parts }), key, now())
    const server = readNameServer(settings.server)
    const bytes = await exchangeMessage(server, request.bytes, (answer) => isWholeAnswer(answer, id))
    const answer = readDnsMessage(bytes)
    const verdict = verifyAnswer(bytes, request, key, now())
    const problem = problemOf({ opcode, name }, responseCode(answer), verdict, asking)
    if (problem) throw dnsFailure(who, problem.what, problem.advice)
    return answer
  } catch (error) {
    throw explained(error as NodeJS.ErrnoException, who)
  }
}

interface Problem {
  what: string
  advice: string
}

function problemOf(
  { opcode, name }: Pick<SignedQuestion, 'opcode' | 'name'>,
  code: number,
  verdict: ReturnType<typeof verifyAnswer>,
  { now, settings }: Asking,
): Problem | undefined {
  if (verdict.kind === 'refused') return adviceForSignature(verdict, { now: now(), settings })
  const isUpdate = opcode === OPCODE.UPDATE
  const about = `the ${isUpdate ? 'update' : 'zone'} of ${name}`
  // A refusal changes nothing, so whoever it is from is believed.
  if (code !== 0 && (isUpdate || code !== NXDOMAIN)) {
    const advice = adviceForCode(code, settings, isUpdate ? name : undefined)
    return { what: `it answered ${about} with ${nameOfCode(code)}`, advice }
  }
  if (verdict.kind === 'good') return undefined
  return {
    what: `its answer to ${about} is ${verdict.kind === 'unsigned' ? 'not signed' : 'signed by somebody else'}`,
    advice: `Does it have the key ${settings.key_name}, and nobody stands in between?`,
  }
}

function isWholeAnswer(bytes: Buffer, id: number): boolean {
  try {
    const answer = readDnsMessage(bytes)
    return answer.id === id && isResponse(answer) && !isTruncated(answer)
  } catch {
    return false
  }
}

function explained(error: NodeJS.ErrnoException, who: string): Error {
  if (error.code === 'dns_failed') return error
  // Of reading numbers where there are none.
  const isMalformed = error instanceof DnsFormatError || error instanceof RangeError
  if (isMalformed) return dnsFailure(who, error.message, 'Is it a name server?', error)
  if (error.code === undefined) return error
  const advice = 'Is dns.server right, and its port open to here, for TCP too?'
  return dnsFailure(who, `it can't be reached (${error.code})`, advice, error)
}
