import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { parse, stringify } from 'yaml'
import { startMusicAssistant } from '../../demo/stand-in-music-assistant.ts'
import { freePort } from '../support/free-port.ts'
import { skillgate, startProcess, writeConfig } from '../support/process.ts'

/** A configuration whose public URL is on loopback, so that no name server is asked. */
async function writeLoopback(t: ExecutionContext): Promise<{ configFile: string; port: number }> {
  const music = await startMusicAssistant()
  t.teardown(() => music.close())
  const configFile = writeConfig(t, music)
  const port = await freePort()
  const values = parse(readFileSync(configFile, 'utf8'))
  values.public_url = `https://127.0.0.1:${port}`
  values.listen.https = `127.0.0.1:${port}`
  writeFileSync(configFile, stringify(values))
  return { configFile, port }
}

interface Document {
  verdict: string
  examined: { id: string; findings: { verdict: string; found: string }[] }[]
}

function verdictsIn(stdout: string): Record<string, string> {
  const { examined } = JSON.parse(stdout) as Document
  return Object.fromEntries(examined.map(({ id, findings }) => [id, findings.map(({ verdict }) => verdict).join()]))
}

test('beside a running gateway a doctor sees it from outside and asks it; without one it says so', async (t) => {
  const { configFile, port } = await writeLoopback(t)
  const { stop } = await startProcess(t, configFile)
  const beside = await skillgate(['doctor', '--json', '--config', configFile])
  t.is(beside.code, 1, beside.stderr)
  t.like(verdictsIn(beside.stdout), {
    address: 'fault',
    port: 'fault',
    reaching: 'good',
    tls: 'good',
    chain: 'fault',
    state: 'good',
    'token-request': 'good',
    arriving: 'good',
    'token-speed': 'good',
    attempts: 'attention',
  })
  const inWords = await skillgate(['doctor', '--through', `127.0.0.1:${port}`, '--config', configFile])
  t.is(inWords.code, 1)
  t.regex(inWords.stdout, /^fault {6}Certificate: it is from a CA of your own, Skillgate local CA/m)
  t.regex(inWords.stdout, /^ {13}needed: a chain that is sent whole/m)
  t.regex(inWords.stdout, /^good {7}Reaching it: .* leads to this gateway\.$/m)
  await stop()
  const without = await skillgate(['doctor', '--json', '--config', configFile])
  t.is(without.code, 1)
  t.like(verdictsIn(without.stdout), { reaching: 'fault,fault', arriving: 'unseen', state: 'unseen' })
  t.true(readFileSync(join(configFile, '../data/audit.jsonl'), 'utf8').includes('skillgate-doctor'))
})
