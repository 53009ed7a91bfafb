import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { loadConfig } from '../../src/config/load.ts'
import type { Config } from '../../src/config/schema.ts'
import { temporaryFolder } from './environment.ts'

/** The configuration in a file with this text, in a folder of its own. */
export function writeAndLoad(
  t: ExecutionContext,
  source: string,
  variables: Record<string, string | undefined> = {},
): Config {
  const file = join(temporaryFolder(t), 'gateway.yaml')
  writeFileSync(file, source)
  return loadConfig(file, variables)
}
