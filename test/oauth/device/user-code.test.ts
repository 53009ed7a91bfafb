import { randomBytes } from 'node:crypto'
import test from 'ava'
import { newUserCode, readUserCode, showUserCode } from '../../../src/oauth/device/user-code.ts'

const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ'

/** Gives these bytes one after the other. */
function scripted(bytes: number[]) {
  let next = 0
  return { randomBytes: (size: number) => Buffer.from(Array.from({ length: size }, () => bytes[next++] ?? 0)) }
}

test('a user code is eight letters that make no word and no digit, shown in two halves', (t) => {
  for (let time = 0; time < 50; time++) {
    const code = newUserCode({ randomBytes })
    t.regex(code, new RegExp(`^[${LETTERS}]{8}$`))
    t.is(showUserCode(code), `${code.slice(0, 4)}-${code.slice(4)}`)
  }
})

test('no letter comes more often than another', (t) => {
  const environment = scripted(Array.from({ length: 256 }, (_, byte) => byte))
  const drawn = Array.from({ length: 30 }, () => newUserCode(environment)).join('')
  const counts = [...LETTERS].map((letter) => drawn.split(letter).length - 1)
  t.deepEqual(counts, Array(20).fill(12))
})

test('bytes that would favour some letters are thrown away, the last one that does not is taken', (t) => {
  t.is(newUserCode(scripted([240, 255, 239, 250, 0, 0, 0, 0, 0, 0, 0])), 'ZBBBBBBB')
})

test('a code is understood in any case, with dashes and spaces anywhere', (t) => {
  for (const typed of [
    'WDJBMJHT',
    'WDJB-MJHT',
    'wdjb-mjht',
    'Wdjb mjht',
    ' W D J B M J H T ',
    'wdjb\u2013mjht',
    '--wdjb\u2010\u00a0mjht\t',
  ]) {
    t.is(readUserCode(typed), 'WDJBMJHT', typed)
  }
})

test('anything else can be no code', (t) => {
  for (const typed of ['', 'WDJB-MJH', 'WDJB-MJHTB', 'WDJB-MJHA', 'WDJB-MJH1', 'WDJB_MJHT', 'WDJB.MJHT', 'WDJB-MJHß']) {
    t.is(readUserCode(typed), undefined, typed)
  }
})
