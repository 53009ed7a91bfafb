import type { Config } from '../../config/schema.ts'
import type { Logger } from '../../telemetry/log.ts'
import { errandNeeds } from './errand-needs.ts'
import { canWait, type Errands, openErrands } from './errands.ts'

/** What Node's types don't have yet. */
export interface Permission {
  has: (scope: 'child') => boolean
  /** Node 24.21 and newer. */
  drop?: (scope: 'child') => void
}

/**
 * Starts the process that waits for errands, where the configuration needs one, and then gives the permission to start
 * any back, for good: before a request is read.
 * @param permission undefined where Node was started without; then it is begun with the first errand.
 */
export function beginErrands(
  config: Config,
  log: Pick<Logger, 'warn' | 'error'>,
  permission = (process as { permission?: Permission }).permission,
): Errands {
  const needs = errandNeeds(config)
  const isGranted = permission?.has('child') === true
  const errands = openErrands({
    mayRunPrograms: needs === 'programs',
    atOnce: isGranted && needs !== 'nothing',
    onLost: (detail) => log.error({ detail }, 'certificates can not be ordered any more'),
  })
  if (!isGranted) return errands
  const why = !permission.drop ? WITHOUT_DROP : needs !== 'nothing' && !canWait() ? WITHOUT_SHELL : undefined
  if (why === undefined) permission.drop?.('child')
  else log.warn({ detail: why }, 'this may run programs')
  return errands
}

const WITHOUT_DROP =
  'this Node has no process.permission.drop, so whoever breaks in may run programs; Node 24.21 and newer have it'
const WITHOUT_SHELL =
  'there is no /bin/sh that could wait for errands, so the permission to start them stays, and whoever breaks in has it too'
