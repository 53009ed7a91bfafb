import { argv } from 'node:process'
import { flood, type Kind } from './kinds.ts'

/** The clients of one flood, in a process of their own: `node crowd.ts KIND PORT CLIENTS FROM`. Ends with its input. */
const [kind, port, clients, from] = argv.slice(2) as [Kind, string, string, string]
const { open } = await flood(kind, { port: Number(port), clients: Number(clients), from })
console.log('connected')
process.stdin.resume().once('end', () => {
  console.log(`open ${open()}`)
  process.exit()
})
