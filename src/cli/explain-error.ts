import { StartError } from '../app/start-error.ts'
import { CertificateError } from '../certificates/certificate-error.ts'
import { ConfigError } from '../config/config-error.ts'
import { explainFileError } from '../files/explain-file-error.ts'
import { StorageError } from '../files/storage-error.ts'
import { UserError } from '../users/users.ts'
import { CommandError } from './command-error.ts'

const FOR_PEOPLE = [CommandError, ConfigError, StorageError, CertificateError, StartError, UserError]

/** What went wrong, for the person at the terminal; with its stack where nobody was expected to see it. */
export function explainError(error: NodeJS.ErrnoException): string {
  if (FOR_PEOPLE.some((kind) => error instanceof kind)) return error.message
  if (error.code?.startsWith('ERR_PARSE_ARGS')) return explainOption(error)
  const advice = LISTEN_ADVICE[error.code ?? '']
  if (advice && (error.syscall === 'listen' || error.syscall === 'getaddrinfo')) return `${error.message}: ${advice}`
  if (error.path !== undefined && /^E[A-Z]+$/.test(error.code ?? '')) {
    return explainFileError(error, error.path, WRITING.includes(error.syscall ?? '') ? 'written' : 'opened')
  }
  return error.stack ?? String(error)
}

/** An option that is strange, or lacks its value. What Node says of it is for whoever writes programs. */
function explainOption({ code, message }: NodeJS.ErrnoException): string {
  const option = /--[^\s']+/.exec(message)?.[0] ?? 'An option'
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return `Unknown option ${option}. "skillgate help" shows what there is.`
  if (/missing|ambiguous/.test(message)) return `${option} needs a value after it. "skillgate help" shows which.`
  return message
}

/** Of Node's names for what was tried, those for which it is the folder that has to allow it. */
const WRITING = ['mkdir', 'mkdtemp', 'rename', 'link', 'unlink', 'rm', 'copyfile']

/** Why an address can't be listened on, and what to do. */
const LISTEN_ADVICE: Record<string, string> = {
  EADDRINUSE: 'another program listens there. Stop it, or change "listen".',
  EACCES: 'ports under 1024 are not for everybody. Listen on 8443 and let the router forward 443 to it.',
  EADDRNOTAVAIL: 'this machine does not have that address. Use 0.0.0.0 for all that it has.',
  ENOTFOUND: 'nobody knows that name. Use an address of this machine, or 0.0.0.0 for all of them.',
}
