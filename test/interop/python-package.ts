import { execFile } from 'node:child_process'
import { globSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { ExecutionContext } from 'ava'
import { temporaryFolder } from '../support/environment.ts'
import { skipTest } from '../support/program.ts'

const run = promisify(execFile)

/** For what comes from the package index. */
const INSTALL_MS = 100_000

/**
 * A Python with packages of its own, in a folder that goes with the test.
 * @param requirements a file of this folder, with the version of each. @param minor of Python 3, at least.
 * @returns its path; undefined after having said why the test is skipped.
 */
export async function pythonWith(
  t: ExecutionContext,
  { requirements, minor }: { requirements: string; minor: number },
): Promise<string | undefined> {
  const python = await findPython(minor)
  if (python === undefined) {
    skipTest(t, `there is no Python 3.${minor} or newer in PATH or below ~/.pyenv/versions`)
    return undefined
  }
  const folder = temporaryFolder(t)
  const own = join(folder, 'bin', 'python')
  const list = fileURLToPath(new URL(requirements, import.meta.url))
  try {
    await run(python, ['-m', 'venv', folder])
    await run(own, ['-m', 'pip', 'install', '--quiet', '--no-deps', '--disable-pip-version-check', '-r', list], {
      timeout: INSTALL_MS,
    })
    return own
  } catch (error) {
    skipTest(t, `the packages of ${requirements} can't be installed: ${(error as Error).message}`)
    return undefined
  }
}

async function findPython(minor: number): Promise<string | undefined> {
  const names = ['python3', ...[0, 1, 2, 3].map((more) => `python3.${minor + more}`)]
  const inPath = (process.env.PATH ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)))
  const candidates = [...inPath, ...globSync(join(homedir(), '.pyenv/versions/3.*/bin/python3'))]
  for (const python of candidates) {
    try {
      // Without pip and venv it is no use.
      await run(python, ['-c', `import sys, ensurepip, venv; assert sys.version_info >= (3, ${minor})`])
      return python
    } catch {
      // Another one may do.
    }
  }
  return undefined
}
