import { dirname, extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { grantPatterns } from './grant-patterns.ts'
import { codeOf } from './grants.ts'

const NODE_FLAGS = ['--permission', '--disable-sigusr1', '--disable-proto=delete', '--max-semi-space-size=4']

/** All that a job gets to know of the environment: where programs are, and by which proxy one gets out. */
const VARIABLES = ['PATH', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy']

/** Reads its code and nothing else, writes nothing. */
export function errandFlags(program: string, mayRunPrograms: boolean): string[] {
  const isKnown = (flag: string) => process.allowedNodeEnvironmentFlags.has(flag.replace(/=.*/, ''))
  const folders = codeOf(dirname(dirname(program)))
  return [
    ...[...NODE_FLAGS, '--allow-net'].filter(isKnown),
    ...grantPatterns({ files: [], folders }).map((path) => `--allow-fs-read=${path}`),
    `--allow-fs-read=${dirname(dirname(program))}/package.json`,
    ...(mayRunPrograms ? ['--allow-child-process', '--disable-warning=PERM0002'] : []),
  ]
}

/** `src/errand.ts`, or what it was compiled to. */
export function errandProgram(): string {
  // Compiled, it ends like this file.
  return fileURLToPath(new URL(`../../errand${extname(import.meta.url)}`, import.meta.url))
}

/** The environment of an errand. */
export function errandVariables(): NodeJS.ProcessEnv {
  return Object.fromEntries(VARIABLES.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])))
}
