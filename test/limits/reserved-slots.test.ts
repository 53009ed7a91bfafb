import test, { type ExecutionContext } from 'ava'
import { type Applicant, openReservedSlots, type Standing } from '../../src/limits/reserved-slots.ts'
import { TooBusyError } from '../../src/limits/too-busy-error.ts'

/** Slots whose work the test ends. */
function open(t: ExecutionContext) {
  const slots = openReservedSlots()
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  return {
    begun,
    async apply(name: string, standing: Standing, network?: string) {
      const applicant: Applicant = { standing, network }
      const done = slots.run(applicant, async () => {
        begun.push(name)
        await new Promise<void>((resolve) => ends.set(name, resolve))
      })
      done.catch((error) => t.true(error instanceof TooBusyError))
      await new Promise(setImmediate)
      return done.then(
        () => 'done',
        () => 'busy',
      )
    },
    async end(name: string) {
      ends.get(name)!()
      await new Promise(setImmediate)
    },
  }
}

test('58. two things are done at once, but only one for whom something bad is known', async (t) => {
  const { begun, apply, end } = open(t)
  void apply('other 1', 'other')
  await new Promise(setImmediate)
  void apply('other 2', 'other')
  await new Promise(setImmediate)
  t.deepEqual(begun, ['other 1'])
  void apply('clean', 'clean')
  await new Promise(setImmediate)
  void apply('known', 'known')
  await new Promise(setImmediate)
  t.deepEqual(begun, ['other 1', 'clean'])
  await end('clean')
  t.deepEqual(begun, ['other 1', 'clean', 'known'], 'the place stays free of others')
  await end('known')
  t.is(begun.length, 3)
  await end('other 1')
  t.deepEqual(begun.slice(3), ['other 2'])
})

/** Not awaited, for an apply ends only with its work. */
async function applyAll(house: ReturnType<typeof open>, names: string[], standing: Standing) {
  for (const name of names) {
    void house.apply(name, standing)
    await new Promise(setImmediate)
  }
}

test('58. whoever is known comes first, the others take turns with those of whom nothing is known', async (t) => {
  const house = open(t)
  const { begun, end } = house
  await applyAll(house, ['a', 'b'], 'clean')
  await applyAll(house, ['c1', 'c2', 'c3'], 'clean')
  await applyAll(house, ['o1', 'o2'], 'other')
  await applyAll(house, ['k1'], 'known')
  for (const name of ['a', 'b', 'k1', 'o1', 'c1', 'o2', 'c2']) await end(name)
  t.deepEqual(begun, ['a', 'b', 'k1', 'o1', 'c1', 'o2', 'c2', 'c3'])
})

test('58. of one network five run and wait, and a sixth may when one of them is done', async (t) => {
  const { begun, apply, end } = open(t)
  for (let i = 1; i <= 5; i++) {
    void apply(`here ${i}`, 'other', 'here')
    await new Promise(setImmediate)
  }
  t.is(await apply('here 6', 'other', 'here'), 'busy')
  void apply('there', 'other', 'there')
  void apply('known', 'known', 'here')
  await new Promise(setImmediate)
  t.deepEqual(begun, ['here 1', 'known'])
  await end('here 1')
  void apply('here 7', 'other', 'here')
  await new Promise(setImmediate)
  t.is(await apply('here 8', 'other', 'here'), 'busy')
})

test('58. the fuller it is the less of it one network gets, and the last places are for those who have none', async (t) => {
  const house = open(t)
  const { apply } = house
  const applyOf = async (network: string, times: number) => {
    const outcomes: string[] = []
    for (let i = 0; i < times; i++) {
      void apply(`${network} ${i}`, 'other', network).then((outcome) => outcomes.push(outcome))
      await new Promise(setImmediate)
      await new Promise(setImmediate)
    }
    return times - outcomes.length
  }
  const let5 = []
  for (let network = 0; network < 20; network++) let5.push(await applyOf(`n${network}`, 6))
  // One of them runs, and twenty wait.
  t.deepEqual(let5, [5, 4, 3, 2, 2, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])
})

test('58. so many may wait and no more, and whoever failed takes no room from anybody else', async (t) => {
  const limits = { other: 20, clean: 60, known: 20 }
  const house = open(t)
  await applyAll(house, ['a', 'b'], 'known')
  for (const standing of ['other', 'clean', 'known'] as const) {
    await applyAll(
      house,
      Array.from({ length: limits[standing] }, (_, i) => `${standing} ${i}`),
      standing,
    )
    t.is(await house.apply('one more', standing), 'busy', standing)
  }
  t.deepEqual(house.begun, ['a', 'b'])
})

test('work that fails gives its place back', async (t) => {
  const slots = openReservedSlots()
  const fail = () => slots.run({ standing: 'other', network: 'n' }, () => Promise.reject(new Error('failed')))
  for (let time = 0; time < 10; time++) await t.throwsAsync(fail(), { message: 'failed' })
  t.is(await slots.run({ standing: 'other', network: 'n' }, async () => 'done'), 'done')
})
