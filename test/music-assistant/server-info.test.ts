import test from 'ava'
import { readServerInfo, rememberServerInfo } from '../../src/music-assistant/server-info.ts'

const INFO = JSON.stringify({ server_id: 'abc', schema_version: 77 })

function answering(answers: (string | number)[]) {
  const calls: string[] = []
  let at = 0
  const serverInfo = rememberServerInfo(
    async ({ path }) => {
      calls.push(path)
      const answer = answers[Math.min(calls.length, answers.length) - 1] as string | number
      const status = typeof answer === 'number' ? answer : 200
      return { status, rawHeaders: [], body: Buffer.from(typeof answer === 'number' ? '' : answer) }
    },
    () => at,
  )
  const advance = (milliseconds: number) => {
    at += milliseconds
  }
  return { calls, serverInfo, advance }
}

test('who comes together, or soon after, costs the server one call', async (t) => {
  const { calls, serverInfo, advance } = answering([INFO])
  t.deepEqual(await Promise.all([serverInfo(), serverInfo(), serverInfo()]), [INFO, INFO, INFO])
  advance(9_999)
  await serverInfo()
  t.deepEqual(calls, ['/info'])
  advance(1)
  await serverInfo()
  t.is(calls.length, 2)
})

test('what is no server info is an upstream that does not work, and is not remembered', async (t) => {
  for (const wrong of [
    404,
    '',
    '[]',
    '{}',
    '{"server_id":"a"}',
    '{"message_id":"1","server_id":"a","schema_version":1}',
  ]) {
    const { serverInfo } = answering([wrong, INFO])
    await t.throwsAsync(serverInfo(), { code: 'bad_gateway' } as object, String(wrong))
    t.is(await serverInfo(), INFO)
  }
  t.deepEqual(readServerInfo(INFO), { schema: 77 })
})
