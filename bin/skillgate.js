#!/usr/bin/env node
// Plain JavaScript that Node 16 can read too, so that whoever has the wrong Node gets one line instead of a stack.
import { existsSync } from 'node:fs'
import module from 'node:module'
import { refuseNode } from './refuse-node.js'
import { growSlowly, keepStripped, startOverLean } from './spend-less.js'

const words = process.argv.slice(2)
// To a gateway SIGHUP says "read your configuration", which one that is still starting does anyway.
if (words.includes('start')) process.on('SIGHUP', () => {})

const refusal = refuseNode(process.versions.node, process.execArgv, process.env.NODE_OPTIONS)
if (refusal) {
  console.error(refusal)
  process.exitCode = 1
} else {
  growSlowly()
  // The checkout runs its sources; the published package has them compiled.
  const sources = new URL('../src/main.ts', import.meta.url)
  const fromSources = existsSync(sources)
  const load = () => import(fromSources ? sources.href : '../dist/main.js')
  const isFirst = fromSources && keepStripped(new URL('../node_modules/.cache/skillgate/', import.meta.url))
  if (words.includes('start')) {
    // So that the process that is going to serve finds everything stripped.
    if (isFirst) await load().then(() => module.flushCompileCache())
    startOverLean(process)
  }
  const { main } = await load()
  process.exitCode = await main(words)
  // Whoever doesn't read what was printed must not keep it from ending.
  if (words.includes('start')) process.exit()
}
