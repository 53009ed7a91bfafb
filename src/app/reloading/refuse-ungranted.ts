import { existsSync } from 'node:fs'
import { dirname } from 'node:path'
import { filesOf, ownSecretsOf } from '../../config/files-of.ts'
import type { Config } from '../../config/schema.ts'
import { localFolders, tlsSources } from '../../config/tls-sources.ts'
import { errandNeeds } from '../process/errand-needs.ts'
import { StartError } from '../start-error.ts'

/** Whether Node lets this process do that with a file. */
export type HasGrant = (scope: 'fs.read' | 'fs.write', path: string) => boolean

/**
 * A process that serves can use only the files that it was given when it started. What another configuration names
 * besides, it finds out here, not in the middle of a reload.
 * @param has undefined where all may be used.
 * @throws StartError that says what to do.
 */
export function refuseUngranted(config: Config, configFile: string, has: HasGrant | undefined = hasGrant()): void {
  if (!has) return
  const { data_dir, tls } = config
  const written = [data_dir, ...localFolders(tls)]
  const unreadable = filesOf(config, configFile).filter((file) => !has('fs.read', file))
  const toBeMade = ownSecretsOf(config).filter((file) => has('fs.read', file) && !existsSync(file))
  const missing = [...unreadable, ...[...written, ...toBeMade].filter((path) => !has('fs.write', path))]
  if (missing.length === 0) return
  const folders = [...new Set(missing.map(dirname))].join(', ')
  throw new StartError(
    `${missing.join(', ')} can't be used: the gateway may only use what it was given at its start, and this was not part of it. Restart Skillgate (systemctl restart skillgate), or keep it where the rest is instead of in ${folders}.`,
  )
}

/**
 * Certificates of a CA are ordered by a process of its own, which can only be begun at a start.
 * @param flags that this process was started with.
 * @throws StartError that says what to do.
 */
export function refuseErrands(config: Config, flags: string[] = process.execArgv): void {
  const needs = errandNeeds(config)
  const isBound = flags.includes('--permission')
  if (needs === 'nothing' || !isBound || flags.includes('--allow-child-process')) return
  if (!tlsSources(config.tls).some(({ source }) => source === 'acme')) return
  throw new StartError(
    'tls.source: acme needs a process of its own, which the gateway may start only at its own start, and then there was no need for it. Restart Skillgate:  systemctl restart skillgate',
  )
}

function hasGrant(): HasGrant | undefined {
  // Undefined without --permission, whatever the types say.
  const { permission } = process as { permission?: { has: HasGrant } }
  return permission && ((scope, path) => permission.has(scope, path))
}
