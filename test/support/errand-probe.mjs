// What a gateway may do once it has begun its errands, with the flags of a real one. Says so as JSON.
import { spawnSync } from 'node:child_process'

const [, , source] = process.argv
const { beginErrands } = await import(new URL('../../src/app/process/begin-errands.ts', import.meta.url).href)

const warnings = []
const before = process.permission.has('child')
const errands = beginErrands({ tls: { source, hosts: {} } }, { warn: ({ detail }) => warnings.push(detail) })
const run = () => {
  try {
    return spawnSync('/bin/true').status
  } catch (error) {
    return error.code
  }
}
const program = run()
const errand = await errands.run({ kind: 'unheard' }).catch((error) => error.message)
await errands.close()
console.log(JSON.stringify({ before, program, errand, warnings }))
