import { appendFileSync, linkSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { readAudit } from '../../src/telemetry/read-audit.ts'
import { temporaryFolder } from '../support/environment.ts'

const line = (user: string) => JSON.stringify({ time: '2026-07-28T12:00:00.000Z', event: 'signed_in', user })
const lines = (...users: string[]) => users.map((user) => `${line(user)}\n`).join('')

function fileIn(t: ExecutionContext): { file: string; older: (number: number) => string } {
  const folder = temporaryFolder(t)
  return { file: join(folder, 'audit.jsonl'), older: (number) => join(folder, `audit.${number}.jsonl`) }
}

const users = (file: string, most: number) => readAudit(file, most).map(({ user }) => user)

test('the latest events are read across files set aside, the oldest first', (t) => {
  const { file, older } = fileIn(t)
  writeFileSync(older(9), lines('a', 'b'))
  writeFileSync(older(10), lines('c', 'd'))
  writeFileSync(file, lines('e', 'f'))
  const all = ['a', 'b', 'c', 'd', 'e', 'f']
  for (let most = 1; most <= 7; most++) t.deepEqual(users(file, most), all.slice(-most), String(most))
})

test('where nothing was written yet, there are no events; where only the current file is missing, there are', (t) => {
  const { file, older } = fileIn(t)
  t.deepEqual(readAudit(file, 10), [])
  writeFileSync(older(1), lines('a'))
  t.deepEqual(users(file, 10), ['a'])
})

test('lines that are torn, empty or no event are left out', (t) => {
  const { file } = fileIn(t)
  const strange = ['', '{', 'null', '5', '[]', '{}', '{"time":1,"event":"x"}', '{"time":"x"}', '\0\0', '"x"']
  const wrong = [{ user: 5 }, { scopes: 'x' }, { scopes: [5] }, { detail: null }]
  writeFileSync(file, lines('a'))
  for (const text of strange) appendFileSync(file, `${text}\n`)
  for (const field of wrong) appendFileSync(file, `${JSON.stringify({ time: 'x', event: 'y', ...field })}\n`)
  appendFileSync(file, lines('b'))
  appendFileSync(file, line('c').slice(0, -1))
  t.deepEqual(users(file, 100), ['a', 'b'])
})

test('an event has its fields and the line that it was read from', (t) => {
  const { file } = fileIn(t)
  const text = '{"time":"x","event":"of the future","address":"1","scopes":["s"],"new":1}'
  writeFileSync(file, `${text}\n`)
  const [record] = readAudit(file, 1)
  t.like(record, { time: 'x', event: 'of the future', address: '1', scopes: ['s'], line: text })
})

test('a file that is found under both names, for it is being set aside, is read once', (t) => {
  const { file, older } = fileIn(t)
  writeFileSync(older(1), lines('a'))
  writeFileSync(file, lines('b'))
  linkSync(file, older(2))
  t.deepEqual(users(file, 10), ['a', 'b'])
})

test('what is there and cannot be read is no lack of events', (t) => {
  const { file } = fileIn(t)
  mkdirSync(file)
  t.throws(() => readAudit(file, 1), { code: 'EISDIR' })
})
