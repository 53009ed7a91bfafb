// What a gateway may do once it has begun its errands, with the flags of a real one. Says so as JSON.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

const [, , source, kills] = process.argv
const { beginErrands } = await import(new URL('../../src/app/process/begin-errands.ts', import.meta.url).href)

const warnings = []
const losses = []
const before = process.permission.has('child')
const errands = beginErrands(
  { tls: { source, hosts: {} } },
  {
    warn: ({ detail }) => warnings.push(detail),
    error: ({ detail }) => losses.push(detail),
  },
)
const run = () => {
  try {
    return spawnSync('/bin/true').status
  } catch (error) {
    return error.code
  }
}
const program = run()
const errand = await errands.run({ kind: 'unheard' }).catch((error) => error.message)
if (kills) {
  // Whoever kills what waits: it is the only child.
  const [waiting] = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8').trim().split(' ')
  process.kill(Number(waiting), 'SIGKILL')
  while (errands.trouble() === undefined) await new Promise((resolve) => setTimeout(resolve, 20))
  const after = await errands.run({ kind: 'unheard' }).catch((error) => error.message)
  console.log(JSON.stringify({ losses, trouble: errands.trouble(), after }))
} else {
  await errands.close()
  console.log(JSON.stringify({ before, program, errand, warnings }))
}
