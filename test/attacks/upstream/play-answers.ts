import type { Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import type { ExecutionContext } from 'ava'
import type { TestHouse } from '../../support/gateway.ts'
import { openRaw, type RawClient, rawRequest, UPGRADE } from '../../support/raw-client.ts'
import { startRawUpstream } from '../../support/scripted-upstream.ts'
import type { HostileAnswer, Method, View } from './hostile-answer.ts'

/** Milliseconds between two sendings of what is sent again and again. */
const DRIP_MS = 50
/** Longer scripts are not sent byte by byte. */
const BYTE_BY_BYTE_LIMIT = 700

/** Whether the texts of a script go out whole, or each byte for itself. */
type Way = 'whole' | 'bytes'

export interface HostileUpstream {
  url: string
  /** How often a path was asked for. */
  tries: (path: string) => number
}

/** Answers `/open/N/...` by the script of that number, and everything else with its own path. */
export async function startHostileUpstream(t: ExecutionContext, answers: HostileAnswer[]): Promise<HostileUpstream> {
  const tries = new Map<string, number>()
  const { url } = await startRawUpstream(t, (socket) => {
    let received = ''
    socket.setNoDelay()
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1')
      const end = received.indexOf('\r\n\r\n') + 4
      const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0)
      if (end < 4 || received.length < end + length) return
      const path = received.split(' ')[1] as string
      const isHead = received.startsWith('HEAD ')
      received = received.slice(end + length)
      tries.set(path, (tries.get(path) ?? 0) + 1)
      const [, number, way] = /^\/open\/(\d+)\/(whole|bytes)/.exec(path) ?? []
      if (number === undefined)
        socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${path.length}\r\n\r\n${isHead ? '' : path}`)
      else play(socket, answers[Number(number)] as HostileAnswer, way as Way)
    })
  })
  return { url, tries: (path) => tries.get(path) ?? 0 }
}

async function play(socket: Socket, { script }: HostileAnswer, way: Way): Promise<void> {
  for (const step of script) {
    if (typeof step === 'string') {
      for (const bytes of way === 'bytes' ? step : [step]) {
        socket.write(bytes, 'latin1')
        await setImmediate()
      }
    } else if (step.action === 'fin') socket.end()
    // What was written before has to arrive first.
    else if (step.action === 'reset') socket.write('', () => socket.resetAndDestroy())
    else {
      const timer = setInterval(() => socket.write(step.text, 'latin1'), DRIP_MS)
      socket.once('close', () => clearInterval(timer))
    }
  }
}

export interface Stage {
  house: TestHouse
  upstream: HostileUpstream
  answers: HostileAnswer[]
}

/** An answer of the list, the request that it is given to, and how it is sent. */
interface Scene {
  answer: HostileAnswer
  method: Method | 'upgrade'
  way: Way
  path: string
  /** What is played, for whoever reads that it failed. */
  told: string
}

/** Every answer of the list, to each of these requests and in both ways. */
export function scenesOf(answers: HostileAnswer[], methods: Scene['method'][]): Scene[] {
  return answers.flatMap((answer, number) =>
    methods.flatMap((method) =>
      waysOf(answer).map((way) => ({
        ...{ answer, method, way },
        path: `/open/${number}/${way}/${method}`,
        told: `${answer.id}, to ${method}, ${way}`,
      })),
    ),
  )
}

/**
 * What the client sees of an answer, and that it touches nothing else.
 * @param client of the last scene; each upgrade takes one of its own.
 * @returns one for the next scene.
 */
export async function checkScene(
  t: ExecutionContext,
  { house, upstream }: Stage,
  { answer, method, path, told }: Scene,
  client?: RawClient,
): Promise<RawClient> {
  const isUpgrade = method === 'upgrade'
  const body = method === 'POST' ? 'hello' : ''
  const headers = [...(isUpgrade ? UPGRADE : []), ...(body ? [`Content-Length: ${body.length}`] : [])]
  const asking = client ?? (await openRaw(house))
  asking.send(rawRequest(`${isUpgrade ? 'GET' : method} ${path}`, headers, body))
  const expected = method === 'HEAD' ? (answer.head ?? answer.expect) : answer.expect
  t.deepEqual(await viewOf(asking, method === 'HEAD'), expected, told)
  const mayRepeat = method === 'GET' || method === 'HEAD'
  t.is(upstream.tries(path), mayRepeat ? (answer.tries ?? 1) : 1, `${told}: requests`)
  if (isUpgrade) asking.socket.destroy()
  return nextOn(t, house, asking, told)
}

/** One scene after the other, on one connection as long as it lasts. */
export async function checkAnswers(t: ExecutionContext, stage: Stage, methods: Scene['method'][]): Promise<void> {
  let client: RawClient | undefined
  for (const scene of scenesOf(stage.answers, methods)) {
    client = await checkScene(t, stage, scene, scene.method === 'upgrade' ? undefined : client)
    if (scene.method === 'upgrade') client.socket.destroy()
  }
  client?.socket.destroy()
}

/** All scenes at once, for answers that take their time. */
export async function checkAtOnce(t: ExecutionContext, stage: Stage, methods: Scene['method'][]): Promise<void> {
  await Promise.all(
    scenesOf(stage.answers, methods).map(async (scene) => (await checkScene(t, stage, scene)).socket.destroy()),
  )
}

function waysOf({ script }: HostileAnswer): Way[] {
  const length = script.reduce((sum, step) => sum + (typeof step === 'string' ? step.length : 0), 0)
  return length <= BYTE_BY_BYTE_LIMIT ? ['whole', 'bytes'] : ['whole']
}

async function viewOf(client: RawClient, isHead: boolean): Promise<View> {
  try {
    const { status, body } = await client.answer({ head: isHead })
    if (status === 101) return { whole: 101 }
    if (status === 502 && JSON.parse(body || '{}').error === (isHead ? undefined : 'bad_gateway')) return 502
    if (status === 504 && JSON.parse(body || '{}').error === (isHead ? undefined : 'gateway_timeout')) return 504
    return status === 204 || status === 304 ? { whole: status } : { whole: status, body }
  } catch {
    await client.closed
    return 'cut'
  }
}

let count = 0

/** The next request gets its own answer: on the same connection, unless that has been ended. */
async function nextOn(t: ExecutionContext, house: TestHouse, client: RawClient, told: string): Promise<RawClient> {
  const path = `/open/own/${count++}`
  const ask = async (on: RawClient) => {
    const { status, body } = await on.send(rawRequest(`GET ${path}`)).answer()
    t.deepEqual([status, body], [200, path], `${told}: the next request`)
    t.is(on.received, '', `${told}: nothing more`)
    return on
  }
  try {
    if (!client.socket.destroyed) return await ask(client)
  } catch {
    // Ended meanwhile, as it may be.
  }
  client.socket.destroy()
  return ask(await openRaw(house))
}
