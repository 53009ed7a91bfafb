import { fileURLToPath } from 'node:url'
import test, { type ExecutionContext } from 'ava'
import {
  BECOMING,
  MCP_VERBS,
  type McpHouse,
  type McpLibrary,
  mcpSettings,
  openMcpHouse,
  showConnecting,
  showDenial,
} from './mcp-linking.ts'
import { pythonWith } from './python-package.ts'
import { spokenLibrary } from './spoken-library.ts'

const SCRIPT = fileURLToPath(new URL('python-mcp-client.py', import.meta.url))
/** To make an environment for it, and for the test. */
const TIMEOUT_MS = 240_000

async function findPython(t: ExecutionContext): Promise<string | undefined> {
  t.timeout(TIMEOUT_MS)
  return pythonWith(t, { requirements: 'python-mcp-client.txt', minor: 11 })
}

function openApp(t: ExecutionContext, python: string, house: McpHouse, more: object): McpLibrary {
  const { issuer, caFile } = house
  return spokenLibrary<McpLibrary>(t, {
    command: [python, '-B', SCRIPT, JSON.stringify({ issuer, ...mcpSettings(house, more) })],
    variables: { SSL_CERT_FILE: caFile },
    verbs: MCP_VERBS,
  })
}

test("the MCP project's own SDK for Python goes from an address to a tool call, however it becomes a client", async (t) => {
  const python = await findPython(t)
  if (python === undefined) return
  for (const become of Object.values(BECOMING)) {
    const house = await openMcpHouse(t)
    await showConnecting(t, house, openApp(t, python, house, await become(house)))
  }
  const house = await openMcpHouse(t)
  await showDenial(t, house, openApp(t, python, house, { document: house.document }))
})
