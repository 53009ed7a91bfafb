import { chmodSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'ava'
import { acmeHome, HOST, servedKey } from '../support/acme/acme-process.ts'
import { startNameServer } from '../support/acme/name-server.ts'
import type { Pebble } from '../support/acme/pebble.ts'
import { startProcess } from '../support/process.ts'
import { findProgram } from '../support/program.ts'
import { until } from '../support/until.ts'
import { startWebServer } from '../support/web-server.ts'

const linuxOnly = process.platform === 'linux' ? test.serial : test.serial.skip
const RECORD = `_acme-challenge.${HOST}`

linuxOnly(
  'a gateway, which may run no programs itself, gets a certificate by a program that sets records',
  async (t) => {
    const curl = findProgram(t, 'curl', 'curl')
    if (curl === undefined) return
    const seen: string[] = []
    let pebble: Pebble | undefined
    const url = await startWebServer(t, async ({ path }) => {
      const [, action = '', name = '', value = ''] = path.split('/')
      seen.push(`${action} ${name}`)
      if (action === 'set') await pebble?.setTxt(name, value)
      else await pebble?.clearTxt(name)
      return { status: 200 }
    })
    const home = await acmeHome(t, {})
    if (!home) return
    pebble = home.pebble
    const hook = join(dirname(home.configFile), 'hook')
    writeFileSync(hook, `#!/bin/sh\nexec "$1" --silent --show-error --fail "${url}/$2/$3/$4"\n`)
    chmodSync(hook, 0o755)
    const dns = { by: 'command', command: [hook, curl], wait: 0 }
    home.change({ challenge: 'dns-01', dns, names: [HOST, `*.${HOST}`], keys: ['ec'] })
    const gateway = await startProcess(t, home.configFile)
    const ca = await pebble.root()
    await until(async () => (await servedKey(home.port, { ca, servername: `any.${HOST}` })) !== undefined)
    t.regex((await servedKey(home.port, { ca }))?.names ?? '', /DNS:\*\.dev\.jasonhollis\.com/)
    t.deepEqual(
      seen,
      ['set', 'set', 'remove', 'remove'].map((action) => `${action} ${RECORD}`),
    )
    t.is(await gateway.stop(), 0)
  },
)

linuxOnly('what a program says that sets records and fails is in the log, and the gateway goes on', async (t) => {
  const home = await acmeHome(t, {})
  if (!home) return
  const hook = join(dirname(home.configFile), 'hook')
  writeFileSync(hook, '#!/bin/sh\necho "no such zone" >&2\nexit 7\n')
  chmodSync(hook, 0o755)
  home.change({ challenge: 'dns-01', dns: { by: 'command', command: [hook], wait: 0 }, keys: ['ec'] })
  const gateway = await startProcess(t, home.configFile)
  await until(() => gateway.output.stderr.includes('certificate not issued'))
  t.true(gateway.output.stderr.includes(`set of ${RECORD} ended with exit code 7, and said`), gateway.output.stderr)
  t.true(gateway.output.stderr.includes('no such zone'))
  t.is(await gateway.stop(), 0)
})

linuxOnly('a gateway gets a certificate by updates of a name server, whose key is in no log', async (t) => {
  const server = await startNameServer(t, { zones: ['jasonhollis.com'] })
  if (!server) return
  const home = await acmeHome(t, {}, { asks: `127.0.0.1:${server.port}` })
  if (!home) return
  const file = join(dirname(home.configFile), 'data', 'tsig.key')
  writeFileSync(file, server.key, { mode: 0o600 })
  const place = { server: `127.0.0.1:${server.port}`, key_name: server.keyName, key: { file } }
  home.change({ challenge: 'dns-01', dns: { by: 'rfc2136', ...place, wait: 0 }, keys: ['ec'] })
  const gateway = await startProcess(t, home.configFile)
  const ca = await home.pebble.root()
  await until(async () => (await servedKey(home.port, { ca })) !== undefined)
  t.deepEqual(await server.texts(RECORD), [])
  t.false(gateway.output.stderr.includes(server.key))
  t.is(await gateway.stop(), 0)
})
