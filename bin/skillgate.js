#!/usr/bin/env node
// Plain JavaScript that Node 16 can read too, so that whoever has the wrong Node gets one line instead of a stack.
import './ignore-usr1.js'
import { existsSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath } from 'node:url'
import { cleanEnvironment } from './choose-flags.js'
import { refuseNode } from './refuse-node.js'
import { growSlowly, keepStripped, startOver } from './spend-less.js'

const words = process.argv.slice(2)
// To a gateway SIGHUP says "read your configuration", which one that is still starting does anyway.
if (words.includes('start')) process.on('SIGHUP', () => {})

const refusal = refuseNode(process.versions.node, process.execArgv, process.env.NODE_OPTIONS)
if (refusal) {
  console.error(refusal)
  process.exitCode = 1
} else if (!leaveOut()) {
  growSlowly()
  // The checkout runs its sources; the published package has them compiled.
  const fromSources = existsSync(new URL('../src/main.ts', import.meta.url))
  const load = (name) => import(fromSources ? `../src/${name}.ts` : `../dist/${name}.js`)
  const kept = new URL('../node_modules/.cache/skillgate', import.meta.url)
  const isFirst = fromSources && keepStripped(kept)
  if (words.includes('start') && !process.permission) {
    // So that the process that is going to serve finds everything stripped.
    if (isFirst) await load('main').then(() => module.flushCompileCache())
    const { prepareStart } = await load('cli/prepare-start')
    const flags = await prepareStart(words, {
      code: new URL('..', import.meta.url),
      kept: fromSources ? [fileURLToPath(kept)] : [],
    })
    if (flags) startOver(process, flags)
  }
  const { main } = await load('main')
  process.exitCode = await main(words)
  // Whoever doesn't read what was printed must not keep it from ending.
  if (words.includes('start')) process.exit()
}

/**
 * Goes on without what the environment says to Node and Skillgate doesn't take, by starting over as the same process.
 * @returns {boolean} whether it can't, and therefore must not go on
 */
function leaveOut() {
  const { env, left } = cleanEnvironment(process.env)
  if (left.length === 0) return false
  const names = left.join(', ')
  if (process.execve && !process.channel && !process.permission) {
    console.error(`Skillgate goes on without ${names}: docs/decisions/process.md says why.`)
    process.execve(process.execPath, [process.execPath, ...process.execArgv, ...process.argv.slice(1)], env)
  }
  console.error(`Skillgate does not run with ${names}: take it out of the environment.`)
  process.exitCode = 1
  return true
}
