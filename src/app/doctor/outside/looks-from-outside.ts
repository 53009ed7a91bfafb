import type { Examination } from '../examination.ts'
import { ADDRESS } from './address.ts'
import { ARRIVING } from './arriving.ts'
import { ATTEMPTS } from './attempts.ts'
import { CHAIN } from './chain.ts'
import { CONSOLE_CERTIFICATE } from './console-certificate.ts'
import { PORT } from './port.ts'
import { REACHING } from './reaching.ts'
import { STATE } from './state.ts'
import { TLS } from './tls.ts'
import { TOKEN_REQUEST } from './token-request.ts'
import { TOKEN_SPEED } from './token-speed.ts'

/** How the gateway looks to Alexa and to browsers, in the order in which they come. */
export const LOOKS_FROM_OUTSIDE: Examination[] = [
  ADDRESS,
  PORT,
  REACHING,
  TLS,
  CHAIN,
  CONSOLE_CERTIFICATE,
  STATE,
  TOKEN_REQUEST,
  ARRIVING,
  TOKEN_SPEED,
  ATTEMPTS,
]
