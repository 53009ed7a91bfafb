import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import test, { type ExecutionContext } from 'ava'
import { request } from 'undici'
import { temporaryFolder } from '../support/environment.ts'
import { freePort } from './house.ts'
import { signIn } from './linking.ts'
import { type McpHouse, openMcpHouse } from './mcp-linking.ts'

/** Every revision of MCP that the suite knows scenarios of an authorization server for. */
const REVISIONS = ['2025-03-26', '2025-06-18', '2025-11-25', '2026-07-28']

const SUITE = fileURLToPath(
  new URL('../../node_modules/@modelcontextprotocol/conformance/dist/index.js', import.meta.url),
)

interface Check {
  id: string
  status: 'SUCCESS' | 'FAILURE' | 'WARNING' | 'SKIPPED' | 'INFO'
  errorMessage?: string
}

/** Runs the suite's scenarios, with Ada in the browser. @returns what it has checked. */
async function runSuite(t: ExecutionContext, house: McpHouse, revision: string): Promise<Check[]> {
  const results = temporaryFolder(t)
  const options = {
    '--url': house.issuer,
    '--client-id': 'native',
    '--resource': house.address,
    '--port': String(await freePort()),
    '--output-dir': results,
    '--spec-version': revision,
  }
  const child = spawn(process.execPath, [SUITE, 'authorization', ...Object.entries(options).flat()], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: house.caFile },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  t.teardown(() => child.kill())
  const ended = once(child, 'exit')
  for await (const line of createInterface(child.stdout)) {
    if (!line.startsWith(`${house.issuer}/alexa/authorize?`)) continue
    const { body } = await request(await signIn(house, line))
    await body.dump()
  }
  t.deepEqual(await ended, [0, null])
  const files = globSync(join(results, '*', 'checks.json')).sort()
  return files.flatMap((file) => JSON.parse(readFileSync(file, 'utf8')) as Check[])
}

for (const revision of REVISIONS) {
  test(`the MCP project's conformance suite finds nothing wrong with the authorization server, for ${revision}`, async (t) => {
    const checks = await runSuite(t, await openMcpHouse(t), revision)
    const expected = [
      ['authorization-code-grant', 'SUCCESS'],
      ['authorization-server-metadata', 'SUCCESS'],
      // Clients that say in a document of their own what they are came with that revision.
      ...(revision < '2025-11-25' ? [] : [['authorization-server-metadata-cimd', 'SUCCESS']]),
    ]
    t.deepEqual(
      checks.map(({ id, status }) => [id, status]),
      expected,
      checks.map(({ errorMessage }) => errorMessage).join(),
    )
  })
}
