import type { Environment } from '../../config/environment.ts'
import { type Answer, jsonAnswer } from '../../http/answer.ts'
import { alexaError, type DirectiveFailure, isAcceptGrant } from './alexa-error.ts'
import { answerProblem } from './answer-problem.ts'
import { acceptGrantEnvelope, errorEnvelope } from './envelopes.ts'
import { type Directive, readDirective } from './read-directive.ts'

/** What a gateway does with directives of Alexa's. */
export interface Directives {
  /** Undefined for what is none. */
  read: (body: Uint8Array) => Directive | undefined
  isAcceptGrant: (directive: Directive) => boolean
  /** @param detail for the log only. */
  answerFailure: (directive: Directive, failure: DirectiveFailure, detail: string) => Answer
  answerAcceptGrant: () => Answer
  /** Why an answer of an upstream's can't go on to Alexa, where it can't. */
  answerProblem: (body: Uint8Array) => string | undefined
}

/** With status 200: the Lambda passes on what it gets, and some make a 401 into an INVALID_AUTHORIZATION_CREDENTIAL. */
export function openDirectives({ randomBytes }: Pick<Environment, 'randomBytes'>): Directives {
  return {
    read: readDirective,
    isAcceptGrant,
    answerFailure(directive, failure, detail) {
      const envelope = errorEnvelope(directive, alexaError(directive, failure), newUuid(randomBytes(16)))
      return { ...jsonAnswer(200, envelope), detail: `${failure.replaceAll('-', '_')}: ${detail}` }
    },
    answerProblem,
    answerAcceptGrant: () => jsonAnswer(200, acceptGrantEnvelope(newUuid(randomBytes(16)))),
  }
}

/** @see RFC 9562 section 5.4 */
function newUuid(bytes: Buffer): string {
  bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
