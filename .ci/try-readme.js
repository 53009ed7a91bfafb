// Types what the README's `sh` blocks say, but the tests, into a fresh clone: node .ci/try-readme.js FOLDER
// Plain JavaScript, for it runs on whichever Node the machine has. The only liberties: free ports, and a user's name.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const folder = process.argv[2]
const TIMEOUT = 300_000

const config = join(folder, 'gateway.yaml')
writeFileSync(
  config,
  readFileSync(config, 'utf8').replace('0.0.0.0:8443', '127.0.0.1:0').replace('0.0.0.0:8080', '127.0.0.1:0'),
)

const readme = readFileSync(join(folder, 'README.md'), 'utf8')
const blocks = [...readme.matchAll(/^```sh\n(.*?)^```/gms)].map((match) => match[1])
const commands = blocks.flatMap((block) => block.trim().split('\n')).filter((line) => !line.includes('npm test'))
for (const needed of ['npm ci && npm start', 'npm run demo', 'npx skillgate user add', 'npx skillgate check']) {
  if (!commands.some((command) => command.includes(needed))) throw new Error(`The README does not say "${needed}"`)
}

let gateway
let port = '8443'
for (const command of commands) {
  const typed = command.replaceAll('NAME', 'ada').replaceAll('8443', port)
  console.log(`$ ${typed}`)
  if (typed.includes('npm start')) {
    gateway = await startGateway(typed)
    port = gateway.port
  } else {
    const { code, output } = await run(typed)
    // A house that nobody has set up has no address, and a certificate that nobody trusts: the doctor has to say so.
    const expected = typed.includes('skillgate doctor') ? 1 : 0
    if (code !== expected) throw new Error(`"${typed}" ended with ${code}:\n${output}`)
  }
}
if (await gateway.stop()) throw new Error('The gateway did not stop cleanly')

/** Starts and waits until it listens. */
async function startGateway(command) {
  const child = start(command)
  const ended = once(child, 'close')
  let output = ''
  child.stdout.on('data', (text) => {
    output += text
  })
  while (!/listening on https:\S+:\d+/.test(output)) {
    const [, code] = await Promise.race([once(child.stdout, 'data').then(() => []), ended.then(([c]) => ['ended', c])])
    if (code !== undefined) throw new Error(`"${command}" ended with ${code}:\n${output}`)
  }
  return {
    port: /listening on https:\S+:(\d+)/.exec(output)[1],
    async stop() {
      process.kill(-child.pid, 'SIGTERM')
      const [code] = await ended
      return code
    },
  }
}

async function run(command) {
  const child = start(command)
  child.stdin.end('correct horse battery\n')
  const timer = setTimeout(() => process.kill(-child.pid, 'SIGKILL'), TIMEOUT)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text
    })
  }
  const [code] = await once(child, 'close')
  clearTimeout(timer)
  return { code, output }
}

/** In a process group of its own, so that all of it can be ended. */
function start(command) {
  const child = spawn('bash', ['-c', command], { cwd: folder, detached: true, stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdout.setEncoding('utf8')
  child.stderr.setEncoding('utf8').on('data', (text) => process.stderr.write(text))
  return child
}
