import { spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { ErrandError, type ErrandJob, type ErrandOptions, openErrands } from '../../../src/app/process/errands.ts'
import { temporaryFolder } from '../../support/environment.ts'
import { until } from '../../support/until.ts'

/** Does what the job says, in the way of `src/errand.ts`. */
const PROGRAM = `
import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
const say = (message) => process.stdout.write(JSON.stringify(message) + '\\n')
say({ pid: process.pid })
const could = (run) => { try { return run() ?? true } catch (error) { return error.code } }
const DEEDS = {
  environment: () => say({ result: process.env }),
  ask: ({ question }) => say({ id: 7, question }),
  die: () => process.kill(process.pid, 'SIGKILL'),
  complain: () => { console.error('the cat sat on it'); process.exit(3) },
  wait: () => {},
  stop: () => process.kill(process.pid, 'SIGSTOP'),
  flood: ({ end }) => setInterval(() => process.stdout.write(('x'.repeat(65536) + end).repeat(4)), 1),
  lie: ({ pid }) => say({ pid }),
  try: () => say({ result: {
    read: could(() => readFileSync('/etc/hostname') && true),
    write: could(() => writeFileSync('/tmp/skillgate-errand', '')),
    run: could(() => spawnSync('/bin/true').error?.code),
  } }),
}
let isBegun = false
createInterface({ input: process.stdin }).on('line', (line) => {
  const message = JSON.parse(line)
  if (!isBegun && message.number !== Number(process.argv[2])) return
  if (isBegun) say({ result: message })
  else DEEDS[message.job.deed](message.job)
  isBegun = true
  if (!['wait', 'ask', 'stop', 'flood', 'lie'].includes(message.job?.deed)) process.stdout.write('', () => process.exit())
}).on('close', () => process.exit(1))
`

function open(t: ExecutionContext, options: ErrandOptions = {}) {
  const folder = temporaryFolder(t)
  mkdirSync(join(folder, 'src'))
  writeFileSync(join(folder, 'package.json'), '{}')
  const program = join(folder, 'src', 'program.mjs')
  writeFileSync(program, PROGRAM)
  const errands = openErrands({ program, ...options })
  t.teardown(() => errands.close())
  return errands
}

const job = (deed: string, more = {}) => ({ kind: 'order', deed, ...more }) as ErrandJob

test('an errand knows nothing of the environment but where programs are and the proxy', async (t) => {
  process.env.HTTPS_PROXY = 'http://proxy.example:3128'
  process.env.SKILLGATE_SECRET = 'not for errands'
  t.teardown(() => {
    delete process.env.HTTPS_PROXY
  })
  const result = await open(t).run<Record<string, string>>(job('environment'))
  // The shell itself adds those.
  const names = Object.keys(result).filter((name) => !['PWD', 'OLDPWD', 'SHLVL', '_'].includes(name))
  t.deepEqual(names.sort(), ['HTTPS_PROXY', 'PATH'])
})

test('an errand may read its code, and neither other files, nor write, nor run a program', async (t) => {
  const denied = 'ERR_ACCESS_DENIED'
  t.deepEqual(await open(t).run(job('try')), { read: denied, write: denied, run: denied })
})

test('an errand may run programs only where the configuration has one', async (t) => {
  const result = await open(t, { mayRunPrograms: true }).run<{ run: unknown; read: unknown }>(job('try'))
  t.is(result.run, true)
  t.is(result.read, 'ERR_ACCESS_DENIED')
})

test('an errand is answered what it asks, also that it will not be', async (t) => {
  const errands = open(t)
  const question = { put: 'a challenge' }
  const answered = await errands.run(job('ask', { question }), async (asked) => ({ asked }))
  t.deepEqual(answered, { id: 7, answer: { asked: question } })
  const refused = await errands.run(job('ask', { question }), () => Promise.reject(new Error('the port is closed')))
  t.deepEqual(refused, { id: 7, refusal: 'the port is closed' })
})

test('errands are done one after another, and each has a process of its own', async (t) => {
  const errands = open(t, { atOnce: true })
  const order: number[] = []
  const all = [1, 2, 3].map(async (number) => {
    await errands.run(job('environment'))
    order.push(number)
  })
  await Promise.all(all)
  t.deepEqual(order, [1, 2, 3])
})

test('an errand that is killed is an error in words, and the next one is done', async (t) => {
  const errands = open(t)
  const error = await t.throwsAsync(errands.run(job('die')), { instanceOf: ErrandError })
  t.regex(error?.message ?? '', /was killed by signal 9\. It is tried again/)
  t.truthy(await errands.run(job('environment')))
})

test('an errand that ends without a result says what it complained of', async (t) => {
  await t.throwsAsync(open(t).run(job('complain')), { message: /ended early\. It said: the cat sat on it/ })
})

test('an errand that takes too long is ended, and the next one is done', async (t) => {
  const errands = open(t, { timeoutMs: 1500 })
  await t.throwsAsync(errands.run(job('wait')), { message: /took more than 1\.5 s, and was ended/ })
  const patient = open(t)
  t.truthy(await patient.run(job('environment')))
})

test('what is under way when the gateway stops ends with it', async (t) => {
  const errands = open(t)
  let began = false
  const waiting = errands.run(job('ask', { question: 'who' }), () => {
    began = true
    return new Promise(() => {})
  })
  const refused = t.throwsAsync(waiting, { message: 'Skillgate is stopping.' })
  await until(() => began)
  await errands.close()
  await refused
  await t.throwsAsync(errands.run(job('environment')), { message: 'Skillgate is stopping.' })
})

test('a job that the errand itself does not know is refused in words', async (t) => {
  const errands = openErrands()
  t.teardown(() => errands.close())
  await t.throwsAsync(errands.run({ kind: 'unheard' as 'order' }), { message: /nobody knows how to do unheard/ })
})

for (const [what, end] of [
  ['lines', '\n'],
  ['one line', ''],
]) {
  test(`an errand that says ${what} without end is ended, and the next one is done`, async (t) => {
    const errands = open(t)
    await t.throwsAsync(errands.run(job('flood', { end })), { message: /said without end, and was ended/ })
    t.truthy(await errands.run(job('environment')))
  })
}

test('an errand that somebody has stopped is ended when its time is up', async (t) => {
  const errands = open(t, { timeoutMs: 1500 })
  await t.throwsAsync(errands.run(job('stop')), { message: /took more than 1\.5 s, and was ended/ })
})

test('no errand can have another process ended in its place', async (t) => {
  const bystander = spawn('/bin/sleep', ['60'])
  t.teardown(() => bystander.kill())
  const errands = open(t, { timeoutMs: 1500 })
  await t.throwsAsync(errands.run(job('lie', { pid: bystander.pid })), { message: /took more than/ })
  t.is(bystander.signalCode, null)
})

test('an errand that is not wanted any more is ended, also before its turn, and the next one is done', async (t) => {
  const errands = open(t)
  const ending = new AbortController()
  const begun = Promise.withResolvers<void>()
  const first = errands.run(
    job('ask', { question: 'who' }),
    () => begun.resolve() ?? new Promise(() => {}),
    ending.signal,
  )
  const second = errands.run(job('wait'), undefined, ending.signal)
  const third = errands.run(job('environment'))
  await begun.promise
  ending.abort()
  await t.throwsAsync(first, { message: /not wanted any more/ })
  await t.throwsAsync(second, { message: /not wanted any more/ })
  t.truthy(await third)
})

test('an errand that is given up while it starts takes what waits not with it', async (t) => {
  const errands = open(t)
  const ending = new AbortController()
  const given = errands.run(job('wait'), undefined, ending.signal)
  setImmediate(() => ending.abort())
  await t.throwsAsync(given, { message: /not wanted any more/ })
  t.truthy(await errands.run(job('environment')))
})
