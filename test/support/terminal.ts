import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ExecutionContext } from 'ava'
import { stringify } from 'yaml'
import { runCommand } from '../../src/cli/commands.ts'
import type { CommandOptions, World } from '../../src/cli/world.ts'
import { openKeyvStore } from '../../src/store/keyv-store.ts'
import { temporaryFolder, testEnvironment } from './environment.ts'
import { testConfig } from './gateway.ts'
import { skillgate } from './process.ts'

type TestConfig = ReturnType<typeof testConfig>

/** A terminal in a folder with a configuration, in this process, and the store that its commands work on. */
export async function openTerminal(t: ExecutionContext, change: (config: TestConfig) => void = () => {}) {
  const environment = testEnvironment()
  const folder = temporaryFolder(t)
  const configFile = join(folder, 'gateway.yaml')
  const values = testConfig('http://127.0.0.1:1')
  change(values)
  writeFileSync(configFile, stringify(values))
  mkdirSync(join(folder, 'data'), { mode: 0o700 })
  const store = await openKeyvStore(join(folder, 'data', 'skillgate.db'), environment.now)
  t.teardown(() => store.close())

  const lines: string[] = []
  const world: World = {
    ...environment,
    configFile,
    variables: { OTHER_SECRET: 'what the variable holds' },
    print: (line) => lines.push(line),
    askPassword: () => Promise.reject(new Error('nobody is asked')),
    untilStopped: () => Promise.resolve(),
    onHangup: () => {},
  }
  /** Types a command. @returns what it prints. */
  async function type(words: string, options: CommandOptions = {}): Promise<string[]> {
    lines.length = 0
    t.is(await runCommand(world, options, words.split(' ').filter(Boolean)), 0)
    return [...lines]
  }
  const events = () => {
    const text = readFileSync(join(folder, 'data', 'audit.jsonl'), 'utf8').trim()
    return text.split('\n').map((line) => {
      const { time: _time, ...event } = JSON.parse(line)
      return event
    })
  }
  return { ...environment, folder, world, store, type, events }
}

/** Types a command in another process than the gateway's. @returns what it prints. */
export async function typeElsewhere(
  t: ExecutionContext,
  { configFile }: { configFile: string },
  ...words: string[]
): Promise<string> {
  const { code, stdout, stderr } = await skillgate([...words, '--config', configFile])
  t.is(code, 0, stderr)
  return stdout
}
