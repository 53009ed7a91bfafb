import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import test, { type ExecutionContext } from 'ava'
import { request } from 'undici'
import { Browser } from '../support/browser.ts'

const DEMO = fileURLToPath(new URL('../../demo/demo.ts', import.meta.url))

async function startDemo(t: ExecutionContext, ...flags: string[]) {
  const child = spawn(process.execPath, [DEMO, ...flags])
  t.teardown(() => child.kill('SIGKILL'))
  const ended = once(child, 'close').then(([code]) => code as number)
  let output = ''
  child.stderr.setEncoding('utf8').on('data', (text) => t.log(text))
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text
  })
  const until = async (expected: RegExp) => {
    while (!expected.test(output)) await once(child.stdout, 'data')
  }
  return { child, ended, until, output: () => output }
}

test('the demo plays linking, a call and a refresh by itself', async (t) => {
  const { ended, output } = await startDemo(t)
  t.is(await ended, 0)
  t.is(output().match(/^\d+\. /gm)?.length, 7)
  t.is(output().match(/POST \/api players\/all: 200/g)?.length, 2)
  t.is(output().match(/POST \/api players\/all: 401/g)?.length, 1)
})

test('told to stay, the demo can be tried in a browser, and cleans up when it is ended', async (t) => {
  const { child, ended, until, output } = await startDemo(t, '--stay')
  await until(/Ctrl-C/)
  const [, port, path = ''] = /https:\/\/localhost:(\d+)(\/alexa\/authorize\?client_id=demo\S+)/.exec(output()) ?? []
  const [, caFile = ''] = /doesn't know (\S+):/.exec(output()) ?? []
  const [, password = ''] = /password: (\S+)/.exec(output()) ?? []

  const browser = new Browser({ port: Number(port), ca: readFileSync(caFile, 'utf8') })
  const sentOn = await browser.submit(await browser.open(path), { username: 'anna', password })
  const linked = await request(sentOn.location)
  t.regex(await linked.body.text(), /^Linked\..*200\n\n\[\{"player_id"/s)

  child.kill('SIGINT')
  t.is(await ended, 0)
  t.false(existsSync(caFile))
})
