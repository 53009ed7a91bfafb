#!/usr/bin/env node
// Plain JavaScript that Node 16 can read too, so that whoever has the wrong Node gets one line instead of a stack.
import { existsSync } from 'node:fs'
import { refuseNode } from './refuse-node.js'

// To a gateway SIGHUP says "read your configuration", which one that is still starting does anyway.
if (process.argv.includes('start')) process.on('SIGHUP', () => {})

const refusal = refuseNode(process.versions.node, process.execArgv, process.env.NODE_OPTIONS)
if (refusal) {
  console.error(refusal)
  process.exitCode = 1
} else {
  // The checkout runs its sources; the published package has them compiled.
  const sources = new URL('../src/main.ts', import.meta.url)
  const { main } = await import(existsSync(sources) ? sources.href : '../dist/main.js')
  process.exitCode = await main(process.argv.slice(2))
}
