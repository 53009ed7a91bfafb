import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import test from 'ava'

const MAIN = new URL('../../src/main.ts', import.meta.url)
const ROOT = fileURLToPath(new URL('../..', import.meta.url))

const LIST = `
  import module from 'node:module'
  await import(${JSON.stringify(MAIN.href)})
  console.log(JSON.stringify(Object.keys(module._cache)))`

test('what makes certificates, and what speaks to a CA, is loaded by those who need it, and by no start', async (t) => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', LIST], { cwd: ROOT })
  const loaded: string[] = JSON.parse(stdout)
  // One that is loaded always: so the list is what it should be.
  t.true(loaded.some((file) => file.includes('/node_modules/yaml/')))
  for (const name of ['node-forge', 'acme-client']) {
    t.deepEqual(
      loaded.filter((file) => file.includes(`/node_modules/${name}/`)),
      [],
    )
  }
})
