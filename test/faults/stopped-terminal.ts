import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { ExecutionContext } from 'ava'
import { controlSocketOf, LAUNCHER } from '../support/process.ts'
import { LOOK_EVERY_MS, lostLines, prepare } from './logging-gateway.ts'

/** In a terminal whose output nobody shows, as after Ctrl-S. Its exit code comes into a file, and its id. */
export async function startInStoppedTerminal(t: ExecutionContext, script: string) {
  const { configFile, https, metrics, ...prepared } = await prepare(t)
  const folder = dirname(configFile)
  const read = (file: string) => readFileSync(join(folder, file), 'utf8').trim()
  const source =
    '"$NODE" "$LAUNCHER" start --config "$CONFIG" & echo $! >"$CONFIG.pid"; wait $!; echo $? >"$CONFIG.code"'
  const env = { ...process.env, NODE: process.execPath, LAUNCHER, CONFIG: configFile, SHELL: '/bin/sh' }
  const child = spawn(script, ['-qec', source, '/dev/null'], { stdio: ['pipe', 'pipe', 'inherit'], env })
  const until = async (condition: () => boolean) => {
    while (!condition()) await setTimeout(LOOK_EVERY_MS)
  }
  await until(() => existsSync(controlSocketOf(configFile)))
  const pid = Number(read('gateway.yaml.pid'))
  let ended = false
  t.teardown(() => {
    if (!ended) process.kill(pid, 'SIGKILL')
    child.kill('SIGKILL')
  })
  const gateway = {
    port: https,
    ca: read('certs/local-ca.pem'),
    secrets: { alexa: read('data/alexa.secret'), other: read('data/other.secret') },
    async stop(signal: NodeJS.Signals = 'SIGTERM') {
      process.kill(pid, signal)
      await until(() => existsSync(`${configFile}.code`) && read('gateway.yaml.code') !== '')
      ended = true
      return Number(read('gateway.yaml.code'))
    },
  }
  return { ...prepared, configFile, gateway, lost: () => lostLines(metrics) }
}
