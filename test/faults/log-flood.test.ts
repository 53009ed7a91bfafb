import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'ava'
import { exchangeRaw, openRaw, rawRequest } from '../support/raw-client.ts'
import { ends, prepare, serves, startPrepared } from './logging-gateway.ts'

/** Of a line: everything in it at its longest. */
const LINE_BYTES_LIMIT = 1000

/** How often each is asked for; of each kind a few hundred are logged. */
const REQUESTS = 50_000
const AT_ONCE = 50

test.serial(
  '56. of a hundred thousand requests by strangers some hundred lines are in the log, and how many more there were',
  async (t) => {
    const running = await startPrepared(t, await prepare(t, { log: { file: 'skillgate.log' } }))
    const file = join(dirname(running.configFile), 'skillgate.log')
    const long = [`User-Agent: ${'x'.repeat(200)}`]
    for (const [target, status] of [
      [`GET /${'nowhere'.repeat(20)}`, 404],
      ['GET /health', 200],
    ] as const) {
      let left = REQUESTS
      while (left > 0) {
        const client = await openRaw(running.gateway)
        for (let turn = 0; turn < 10 && left > 0; turn++, left -= AT_ONCE) {
          client.send(rawRequest(target, long).repeat(AT_ONCE))
          for (let i = 0; i < AT_ONCE; i++) t.is((await client.answer()).status, status)
        }
        client.socket.destroy()
      }
    }
    await serves(t, running)
    t.is((await exchangeRaw(running.gateway, rawRequest('GET /health'))).status, 200)
    await ends(t, running)

    const lines = readFileSync(file, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    const counts = { refused: 0, answered: 0 }
    for (const { msg = '', event, user, status } of lines) {
      const [, more, kind] = /^([\d,]+) more requests that were (refused|answered) were not logged$/.exec(msg) ?? []
      if (kind !== undefined) counts[kind as keyof typeof counts] += Number(more?.replace(',', ''))
      else if (event === 'request ended' && user === undefined) counts[status < 400 ? 'answered' : 'refused']++
    }
    t.is(counts.refused, REQUESTS)
    t.is(counts.answered, REQUESTS + 1)
    const seconds = lines.map(({ time }) => Date.parse(time)).toSorted((a, b) => a - b)
    const windows = Math.ceil((seconds.at(-1)! - seconds[0]!) / 10_000) + 1
    t.true(lines.length < windows * 710, `${lines.length} lines in ${windows} times ten seconds`)
    t.true(statSync(file).size < windows * 710 * LINE_BYTES_LIMIT)
  },
)
