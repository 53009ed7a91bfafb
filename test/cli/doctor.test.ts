import test, { type ExecutionContext } from 'ava'
import type { Examination, Finding, Ways } from '../../src/app/doctor/examination.ts'
import { runCommand } from '../../src/cli/commands.ts'
import { doctor } from '../../src/cli/doctor.ts'
import type { World } from '../../src/cli/world.ts'
import { openTerminal } from '../support/terminal.ts'

const NOWHERE: Ways = { resolve: async () => [], roots: [] }

const finds = (...findings: Omit<Finding, 'id'>[]): Examination => ({
  id: 'thing',
  title: 'A thing',
  isLocal: false,
  look: async () => findings.map((one) => ({ id: 'thing', ...one })),
})

async function openDoctor(t: ExecutionContext) {
  const { world } = await openTerminal(t)
  const lines: string[] = []
  const told: World = { ...world, print: (line) => lines.push(line) }
  return {
    world: told,
    async run(examinations: Examination[], options: { json?: boolean; through?: string } = {}) {
      lines.length = 0
      const code = await doctor(told, options, { ways: () => NOWHERE, examinations })
      return { code, lines: [...lines] }
    },
  }
}

test('each thing is told by what was found, what is needed and what to do', async (t) => {
  const { run } = await openDoctor(t)
  const { code, lines } = await run([
    finds({ verdict: 'good', found: 'is as it should be.' }),
    finds({ verdict: 'fault', found: 'is broken.', needs: 'a whole one.', remedy: 'mend it:  skillgate help' }),
  ])
  t.is(code, 1)
  t.deepEqual(lines, [
    'good       A thing: is as it should be.',
    'fault      A thing: is broken.',
    '             needed: a whole one.',
    '             to do:  mend it:',
    '               skillgate help',
    'To do first: A thing: mend it:',
    '  skillgate help',
    '1 fault.',
  ])
})

test('no line is wider than a terminal of 80 columns, and a stranger can not fill it', async (t) => {
  const { run } = await openDoctor(t)
  const words = 'a sentence that goes on and on '
  const { lines } = await run([
    finds({ verdict: 'fault', found: words.repeat(2000), needs: words.repeat(10), remedy: words.repeat(10) }),
  ])
  t.true(lines.every((line) => line.length <= 80 && line.trimEnd() === line))
  t.true(lines.length < 60)
})

test('what could not be looked at for one reason is told once', async (t) => {
  const { run } = await openDoctor(t)
  const unseen = (title: string) => ({ ...finds({ verdict: 'unseen', found: 'nobody is there.' }), title })
  const { lines } = await run([
    unseen('One'),
    unseen('Two'),
    finds({ verdict: 'good', found: 'good.' }),
    unseen('Three'),
  ])
  t.deepEqual(lines, [
    'unseen     One, Two: nobody is there.',
    'good       A thing: good.',
    'unseen     Three: nobody is there.',
    'No fault, 3 that could not be looked at.',
  ])
})

test('the exit code is 0 without a fault, 1 with one, 2 where something could not be looked at', async (t) => {
  const { run } = await openDoctor(t)
  const good = finds({ verdict: 'good', found: 'good.' })
  const attention = finds({ verdict: 'attention', found: 'so so.' })
  const unseen = finds({ verdict: 'unseen', found: 'dark.' })
  const fault = finds({ verdict: 'fault', found: 'broken.' })
  const ended = async (...examinations: Examination[]) => {
    const { code, lines } = await run(examinations)
    return [code, lines.at(-1)]
  }
  t.deepEqual(await ended(), [0, 'No fault.'])
  t.deepEqual(await ended(good), [0, 'No fault.'])
  t.deepEqual(await ended(good, attention), [0, 'No fault, 1 to keep in mind.'])
  t.deepEqual(await ended(unseen, attention), [2, 'No fault, 1 to keep in mind, 1 that could not be looked at.'])
  t.deepEqual(await ended(fault, unseen, fault), [1, '2 faults, 1 that could not be looked at.'])
})

test('--json prints one document', async (t) => {
  const { run } = await openDoctor(t)
  const { code, lines } = await run([finds({ verdict: 'attention', found: 'wide\u202e.', needs: 'narrow.' })], {
    json: true,
  })
  t.is(code, 0)
  t.is(lines.length, 1)
  t.false(lines[0]!.includes('\u202e'))
  t.deepEqual(JSON.parse(lines[0]!), {
    version: 1,
    public_url: 'https://dev.jasonhollis.com',
    verdict: 'attention',
    examined: [
      {
        id: 'thing',
        title: 'A thing',
        findings: [{ id: 'thing', verdict: 'attention', found: 'wide\u202e.', needs: 'narrow.' }],
      },
    ],
  })
})

test('an examination that fails is one that could not look, and the others go on', async (t) => {
  const { run } = await openDoctor(t)
  const broken: Examination = { ...finds(), look: () => Promise.reject(new Error('out of order')) }
  const { code, lines } = await run([broken, finds({ verdict: 'good', found: 'good.' })])
  t.is(code, 2)
  t.is(lines[0], 'unseen     A thing: could not be looked at: out of order')
  t.true(lines.includes('good       A thing: good.'))
})

test('what others sent gives the terminal no orders', async (t) => {
  const { run } = await openDoctor(t)
  const { lines } = await run([finds({ verdict: 'fault', found: 'it said \u001b[2J\nsecond.' })])
  t.is(lines[0], 'fault      A thing: it said \ufffd[2J\ufffdsecond.')
})

test('--through takes a host and a port', async (t) => {
  const { world } = await openDoctor(t)
  const asked: Ways['connectTo'][] = []
  const through = (text: string) =>
    doctor(
      world,
      { through: text },
      {
        examinations: [],
        ways(connectTo) {
          asked.push(connectTo)
          return NOWHERE
        },
      },
    )
  await through('192.168.1.10:8443')
  await through('[fd00::1]:443')
  t.deepEqual(asked, [
    { host: '192.168.1.10', port: 8443 },
    { host: 'fd00::1', port: 443 },
  ])
  for (const wrong of ['192.168.1.10', 'https://192.168.1.10:443', ':443', 'host:0', 'host:65536', 'a@host:443'])
    await t.throwsAsync(through(wrong), { name: 'CommandError', message: /--through takes HOST:PORT/ }, wrong)
})

test('the command takes its options, and no words', async (t) => {
  const { world } = await openDoctor(t)
  await t.throwsAsync(runCommand(world, {}, ['doctor', 'who']), { message: /takes nothing more/ })
  await t.throwsAsync(runCommand(world, { last: '1' }, ['doctor']), { message: /takes no --last/ })
})
