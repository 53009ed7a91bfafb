import test, { type ExecutionContext } from 'ava'
import { pino } from 'pino'
import type { MusicAssistantOptions } from '../../../demo/stand-in-music-assistant.ts'
import { watchCommands } from '../../../src/app/music-assistant/watch-commands.ts'
import type { Sleep } from '../../../src/app/repeat.ts'
import { openUpstream } from '../../../src/gateway/upstreams/upstream.ts'
import { openCommandPolicy } from '../../../src/music-assistant/commands/open-command-policy.ts'
import { start } from '../../support/stand-in.ts'

const MORE = ['music/quite_new', 'zones/all', 'auth/new_door']

async function watching(t: ExecutionContext, options: MusicAssistantOptions, allow: Record<string, string> = {}) {
  const music = await start(t, options)
  const settings = { url: music.url, kind: 'music-assistant', connections: 10, responseTimeoutMs: 5000 } as const
  const upstreams = ['music', 'music-open'].map((name) => openUpstream({ ...settings, name }))
  const policy = openCommandPolicy({ allow, refuse: [], library_write: false, urls: false })
  const site = {
    upstreams: new Map(upstreams.map((upstream) => [upstream.name, upstream])),
    policies: new Map(upstreams.map(({ name }) => [name, policy])),
  }
  const log: string[] = []
  const pauses: number[] = []
  const write = (line: string) => log.push(`${JSON.parse(line).level} ${JSON.parse(line).detail}`)
  let wake = Promise.withResolvers<void>()
  let asleep = Promise.withResolvers<void>()
  const sleep: Sleep = async (milliseconds, signal) => {
    pauses.push(milliseconds)
    if (milliseconds === 0) return
    asleep.resolve()
    signal.addEventListener('abort', () => wake.reject())
    await wake.promise
  }
  const stop = watchCommands({ current: () => site, log: pino({}, { write }), sleep })
  t.teardown(async () => {
    await stop()
    await Promise.all(upstreams.map((upstream) => upstream.destroy()))
  })
  const next = async () => {
    await asleep.promise
    asleep = Promise.withResolvers()
    wake.resolve()
    wake = Promise.withResolvers()
    await asleep.promise
  }
  await asleep.promise
  return { music, log, pauses, next }
}

test('rule 8: what a server has besides is told once, by its name', async (t) => {
  const { music, log, pauses, next } = await watching(t, { moreCommands: MORE })
  const told =
    '40 music is Music Assistant 2.10.0.dev0 (schema 77). Refused, for they are not in the table of 2026-11-24: auth/new_door, music/quite_new, zones/all'
  t.deepEqual(log, [told])
  t.deepEqual(
    music.requests.map(({ url, rawHeaders }) => [url, rawHeaders.includes('authorization')]),
    [
      ['/info', false],
      ['/api-docs/commands.json', false],
    ],
    'one question a server, however many names it has here, and without a token',
  )
  await next()
  t.deepEqual(log, [told])
  t.is(music.requestCount, 3, 'the list is read again only when the schema has changed')
  t.deepEqual(pauses, [0, 600_000, 600_000])
})

test('a server that became another version is compared again', async (t) => {
  const { music, log, next } = await watching(t, { schema: 29 })
  t.deepEqual(log, ['30 music is Music Assistant 2.8.0 (schema 29): all of its commands are known'])
  music.update({ schema: 77, moreCommands: ['zones/all'] })
  await next()
  t.regex(log[1] ?? '', /^40 .*schema 77.*: zones\/all$/)
  t.is(log.length, 2)
})

test('what the configuration allows is not told as new', async (t) => {
  const { log } = await watching(t, { moreCommands: MORE }, { 'zones/*': 'music.control', 'music/*': 'music.read' })
  t.regex(log[0] ?? '', /: auth\/new_door$/)
})

test('a server that is down is asked again, later each time, and nobody is told of it', async (t) => {
  const { music, log, pauses, next } = await watching(t, {})
  music.update({ schema: 29 })
  music.misbehave('reset')
  for (let times = 0; times < 9; times++) await next()
  t.deepEqual(pauses.slice(2), [5000, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 600_000, 600_000])
  t.is(log.length, 1)
  music.misbehave(undefined)
  await next()
  t.is(pauses.at(-1), 600_000)
  t.is(log.length, 2)
})

test('a server that is no Music Assistant is told of once', async (t) => {
  const { music, log, next } = await watching(t, {})
  music.update({ schema: 'none' as never })
  await next()
  await next()
  t.deepEqual(log.slice(1), ['40 music does not say which commands it has: /info names no schema_version'])
})
