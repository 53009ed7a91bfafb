import test, { type ExecutionContext } from 'ava'
import { startInteropHouse } from './house.ts'
import { failure, showLinking, showRefusals, WAYS } from './linking.ts'
import { findModule, type PythonClient, pythonLibrary } from './python-library.ts'

const CLIENT: PythonClient = {
  script: 'authlib-client.py',
  verbs: ['authorizationUrl', 'exchange', 'refresh', 'revoke', 'introspect', 'userinfo', 'callApi'],
}

const installed = (t: ExecutionContext) => findModule(t, 'authlib', 'python3-authlib')

for (const [name, way] of Object.entries(WAYS)) {
  test(`Debian's python3-authlib discovers the server, links, refreshes and revokes with ${name}`, async (t) => {
    if (!installed(t)) return
    const house = await startInteropHouse(t)
    await showLinking(t, house, pythonLibrary(t, CLIENT, house, way), way)
  })
}

test("Debian's python3-authlib is refused where it should be, and says why", async (t) => {
  if (!installed(t)) return
  const house = await startInteropHouse(t)
  const way = WAYS['HTTP Basic and PKCE']!
  await showRefusals(t, house, () => pythonLibrary(t, CLIENT, house, way))
  const impostor = pythonLibrary(t, CLIENT, house, way, 'wrong')
  t.regex(await failure(impostor.refresh({ access: '', refresh: 'x' })), /invalid_client/)
})
