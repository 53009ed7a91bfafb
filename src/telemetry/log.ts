import type { Logger } from 'pino'

/** What the program itself has to say, as an object and a message. No token, code, secret, password or cookie goes in. */
export type { Logger }
