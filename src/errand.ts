import { createInterface } from 'node:readline'
import { type Environment, systemEnvironment } from './config/environment.ts'

/** Asks the gateway, and gives what it answers. Rejects with what it says instead. */
export type Ask = (question: unknown) => Promise<unknown>

/** What is done for one kind of job. What it returns, and the `details` of an error that it throws, become JSON. */
export type Errand = (job: never, ask: Ask, environment: Environment) => Promise<unknown>

/** Who does which job; loaded only for it. */
const ERRANDS: Record<string, () => Promise<Errand>> = {
  order: async () => (await import('./certificates/acme/order-errand.ts')).orderInErrand,
  'renewal-info': async () => (await import('./certificates/acme/order-errand.ts')).renewalInfoInErrand,
}

interface Incoming {
  number?: number
  job: { kind: string }
  id: number
  answer?: unknown
  refusal?: string
}

/** Cut off where one was killed in the middle of it. */
function parse(line: string): Incoming | undefined {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

/**
 * The process of one job (docs/decisions/errands.md): reads it as a line of JSON, asks and gives its result in lines of
 * JSON, and ends. Also when the gateway has ended, whose end of the pipe closes then.
 */
async function main(): Promise<void> {
  const number = Number(process.argv[2])
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  const { promise: job, resolve: begin } = Promise.withResolvers<{ kind: string }>()
  let isBegun = false
  let asked = 0
  const say = (message: object) => process.stdout.write(`${JSON.stringify(message)}\n`)

  const ask: Ask = (question) => {
    const id = ++asked
    const answered = Promise.withResolvers<unknown>()
    waiting.set(id, answered)
    say({ question, id })
    return answered.promise
  }

  createInterface({ input: process.stdin })
    .on('line', (line) => {
      const message = parse(line)
      if (!isBegun) {
        // What one that was killed has left unread is for nobody.
        if (message?.number !== number) return
        isBegun = true
        return begin(message.job)
      }
      if (!message) return
      const { id, answer, refusal } = message
      if (refusal === undefined) waiting.get(id)?.resolve(answer)
      else waiting.get(id)?.reject(new Error(refusal))
      waiting.delete(id)
    })
    .on('close', () => process.exit(1))
  process.stdout.on('error', () => process.exit(1))

  say({ pid: process.pid })
  const wanted = await job
  const load = Object.hasOwn(ERRANDS, wanted.kind) ? ERRANDS[wanted.kind] : undefined
  try {
    if (!load) throw new Error(`nobody knows how to do ${wanted.kind}`)
    const result = await (await load())(wanted as never, ask, systemEnvironment)
    await Promise.allSettled([...waiting.values()].map(({ promise }) => promise))
    say({ result: result ?? null })
  } catch (error) {
    const { message, details } = error as Error & { details?: unknown }
    say({ error: message, details })
  }
  process.stdout.write('', () => process.exit(0))
}

await main()
