import { chmodSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { closeFiles } from '../../../src/app/site/close-files.ts'
import { loadConfig } from '../../../src/config/load.ts'
import { startTestHouse } from '../../support/gateway.ts'
import { openTerminal } from '../../support/terminal.ts'

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

test('71. secrets, keys, the audit trail and the data folder are closed to others, each told once', async (t) => {
  const { folder, world } = await openTerminal(t)
  const config = loadConfig(world.configFile, world.variables)
  const files = ['skillgate.key', 'audit.jsonl', 'audit.3.jsonl', 'alexa.secret', 'music-assistant.token'].map((name) =>
    join('data', name),
  )
  mkdirSync(join(folder, 'certs'))
  files.push('certs/local-ca.key', 'certs/local.key')
  for (const name of [...files, 'certs/local-ca.pem', 'data/notes.txt'])
    writeFileSync(join(folder, name), '', { mode: 0o644 })
  chmodSync(join(folder, 'data'), 0o755)
  const said = closeFiles(config)
  t.is(said.length, files.length + 1)
  for (const name of files) {
    t.true(
      said.some((line) => line.startsWith(`${join(folder, name)} was open`)),
      name,
    )
    t.is(modeOf(join(folder, name)), '600', name)
  }
  t.is(modeOf(join(folder, 'data')), '700')
  t.is(modeOf(join(folder, 'certs/local-ca.pem')), '644', 'everybody may have it')
  t.is(modeOf(join(folder, 'data/notes.txt')), '644', 'not ours')
  t.deepEqual(closeFiles(config), [])
})

test('71. before there is anything, there is nothing to close', async (t) => {
  const { folder, world } = await openTerminal(t, (config) => Object.assign(config, { data_dir: 'none' }))
  t.deepEqual(closeFiles(loadConfig(world.configFile, world.variables)), [])
  t.throws(() => statSync(join(folder, 'none')), { code: 'ENOENT' })
})

test('71. a running gateway closes an opened secret at the next reload, and its database at a start, and logs it', async (t) => {
  const house = await startTestHouse(t)
  const secret = join(house.folder, 'data', 'alexa.secret')
  chmodSync(secret, 0o644)
  await house.reload()
  t.is(modeOf(secret), '600')
  t.regex(await house.logged('was open to other accounts'), /"level":"warn".*alexa\.secret.*"file was open to others"/)
})
