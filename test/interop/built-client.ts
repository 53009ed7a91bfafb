import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { ExecutionContext, TestFn } from 'ava'
import { findProgram, skipTest } from '../support/program.ts'
import { type InteropHouse, startInteropHouse } from './house.ts'
import { failure, type Library, showLinking, showRefusals, WAYS } from './linking.ts'
import { settingsOf, spokenLibrary } from './spoken-library.ts'

/** For what a compiler has to fetch and to compile where it has done neither before, and for the test itself. */
const TIMEOUT_MS = 660_000
const BUILD_MS = 600_000

interface Compiler {
  program: string
  debianPackage: string
  build: (out: string) => string[]
  /** What it has built, in that folder. */
  built: string
  variables: Record<string, string>
}

/** Go from 1.26 on. It fetches no other release of itself. */
export const GO: Compiler = {
  program: 'go',
  debianPackage: 'golang-go',
  build: (out) => ['build', '-trimpath', '-o', join(out, 'client'), '.'],
  built: 'client',
  variables: { GOTOOLCHAIN: 'local' },
}

/** Rust from 1.85 on. */
export const CARGO: Compiler = {
  program: 'cargo',
  debianPackage: 'cargo',
  build: (out) => ['build', '--locked', '--quiet', '--target-dir', out],
  built: 'debug/client',
  variables: {},
}

/**
 * A client in another language, in a folder of this one with the versions of all that it needs. It is built once for a
 * file's tests, into a folder that goes with them.
 * @returns what gives a test the program; undefined after having said why the test is skipped.
 */
export function builtClient(test: TestFn, compiler: Compiler, folder: string) {
  const out = mkdtempSync(join(tmpdir(), 'skillgate-'))
  test.after.always(() => rmSync(out, { recursive: true, force: true }))
  let problem: Promise<Error | undefined> | undefined

  return async (t: ExecutionContext): Promise<string | undefined> => {
    t.timeout(TIMEOUT_MS)
    const program = findProgram(t, compiler.program, compiler.debianPackage)
    if (program === undefined) return undefined
    problem ??= promisify(execFile)(program, compiler.build(out), {
      cwd: fileURLToPath(new URL(folder, import.meta.url)),
      env: { ...process.env, ...compiler.variables },
      timeout: BUILD_MS,
    }).then(
      () => undefined,
      (error) => error,
    )
    const failed = await problem
    if (failed === undefined) return join(out, compiler.built)
    skipTest(t, `the client in ${folder} can't be built: ${failed.message}`)
    return undefined
  }
}

/** Starts what was built, for a house. @param verbs what its library has words for. */
export function speak<Verbs>(
  t: ExecutionContext,
  program: string,
  { issuer, caFile }: InteropHouse,
  settings: object,
  verbs: (keyof Verbs)[],
): Verbs {
  const command: [string, string] = [program, JSON.stringify({ issuer, ...settings })]
  return spokenLibrary<Verbs>(t, { command, variables: { SSL_CERT_FILE: caFile }, verbs })
}

/**
 * The tests of any of these libraries: it links in each way, and is refused where it should be.
 * @param does the library's name, and what it does, for the titles. @param client as `builtClient` makes it.
 */
export function testLinking(
  test: TestFn,
  [name, does]: [name: string, does: string],
  client: ReturnType<typeof builtClient>,
  verbs: (keyof Library)[],
): void {
  for (const [wayName, way] of Object.entries(WAYS)) {
    test.serial(`${name} ${does} with ${wayName}`, async (t) => {
      const program = await client(t)
      if (program === undefined) return
      const house = await startInteropHouse(t)
      await showLinking(t, house, speak<Library>(t, program, house, settingsOf(way), verbs), way)
    })
  }

  test.serial(`${name} is refused where it should be, and says why`, async (t) => {
    const program = await client(t)
    if (program === undefined) return
    const house = await startInteropHouse(t)
    const way = WAYS['HTTP Basic and PKCE']!
    await showRefusals(t, house, () => speak<Library>(t, program, house, settingsOf(way), verbs))
    const impostor = speak<Library>(t, program, house, settingsOf(way, 'wrong'), verbs)
    t.regex(await failure(impostor.refresh({ access: '', refresh: 'x' })), /invalid_client/)
  })
}
