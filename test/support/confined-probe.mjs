// What a process may do that was started with the flags of a gateway, on whose folder it is asked to. Says so as JSON.
import { execFileSync } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { open as openDebugger, url } from 'node:inspector'
import { Worker } from 'node:worker_threads'

const [, , folder] = process.argv
const write = (file) => closeSync(openSync(file, 'a'))
const tries = {
  'reading its configuration': () => readFileSync(`${folder}/gateway.yaml`),
  'reading a secret': () => readFileSync(`${folder}/data/alexa.secret`),
  'reading its certificate': () => readFileSync(`${folder}/certs/local.pem`),
  'reading its limits': () => readFileSync('/proc/self/limits'),
  'writing its data': () => write(`${folder}/data/alexa.secret`),
  'reading the folder beside': () => readFileSync(`${folder}-other/gateway.yaml`),
  'reading the machine': () => readFileSync('/etc/hostname'),
  'reading the machine through /proc': () => readFileSync('/proc/self/root/etc/hostname'),
  'reading the environment': () => readFileSync('/proc/self/environ'),
  'writing the folder beside': () => write(`${folder}-other/gateway.yaml`),
  'writing the configuration': () => write(`${folder}/gateway.yaml`),
  'writing the code': () => write(new URL('../../src/main.ts', import.meta.url)),
  'running a program': () => execFileSync('/bin/true'),
  'starting a thread': () => void new Worker('', { eval: true }).unref(),
  'running text as a program': () => new Function('return 1')(),
  'changing all objects through __proto__': () => Object.defineProperty({}.__proto__, 'changed', {}),
  'opening the debugger': () => {
    openDebugger(0, '127.0.0.1')
    if (url() === undefined) throw new Error('It is not open')
  },
}
const could = Object.keys(tries).filter((what) => {
  try {
    tries[what]()
    return true
  } catch {
    return false
  }
})
process.stdout.write(JSON.stringify(could), () => process.exit())
