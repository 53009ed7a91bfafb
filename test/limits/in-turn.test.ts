import test from 'ava'
import { openTurns } from '../../src/limits/in-turn.ts'

test('a job begins when the one before is over, also where that failed', async (t) => {
  const inTurn = openTurns()
  const begun: string[] = []
  const first = Promise.withResolvers<string>()
  const one = inTurn(() => {
    begun.push('one')
    return first.promise
  })
  const two = inTurn(async () => begun.push('two'))
  await new Promise(setImmediate)
  t.deepEqual(begun, ['one'])
  first.reject(new Error('came to nothing'))
  await t.throwsAsync(one, { message: 'came to nothing' })
  t.is(await two, 2)
  t.deepEqual(begun, ['one', 'two'])
})
