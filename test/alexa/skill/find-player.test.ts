import test from 'ava'
import { findPlayer, splitPlayer } from '../../../src/alexa/skill/find-player.ts'
import type { Player } from '../../../src/alexa/skill/music.ts'

const named = (...names: string[]): Player[] => names.map((name) => ({ id: name, name, state: 'idle' }))
const HOME = named('Küche', 'Büro Echo', 'Living Room', 'Kids Room', 'Studio 1', 'Studio 2')

const FOUND: [string, string][] = [
  ['küche', 'Küche'],
  ['Kueche', 'Küche'],
  ['KUCHE', 'Küche'],
  ['in der Küche', 'Küche'],
  ['auf der küche', 'Küche'],
  ['büro', 'Büro Echo'],
  ['im Buero', 'Büro Echo'],
  ['auf dem Büro-Echo', 'Büro Echo'],
  ['the living room', 'Living Room'],
  ['in my living room', 'Living Room'],
  ['livingroom', 'Living Room'],
  ['living', 'Living Room'],
  ['kids', 'Kids Room'],
  ["kid's room", 'Kids Room'],
  ['studio 2', 'Studio 2'],
  ['kücha', 'Küche'],
]

for (const [spoken, name] of FOUND) {
  test(`"${spoken}" is ${name}`, (t) => {
    const found = findPlayer(HOME, spoken)
    t.is(typeof found === 'string' ? found : found.name, name)
  })
}

for (const spoken of ['room', 'studio', 'the room']) {
  test(`"${spoken}" could be more than one`, (t) => t.is(findPlayer(HOME, spoken), 'ambiguous'))
}

for (const spoken of ['', 'the', 'in der', 'moon', 'a', '!!!', 'x'.repeat(100_000)]) {
  test(`"${spoken.slice(0, 20)}" is none`, (t) => t.is(findPlayer(HOME, spoken), 'unknown'))
}

const SPLIT: [string, string, string?][] = [
  ['abbey road in the living room', 'abbey road', 'Living Room'],
  ['abbey road in der küche', 'abbey road', 'Küche'],
  ['love in the air in the kids room', 'love in the air', 'Kids Room'],
  ['riders on the storm', 'riders on the storm'],
  ['hits in the room', 'hits in the room'],
  ['in the kitchen', 'in the kitchen'],
  ['in der küche', 'in der küche'],
  ['musik auf büro', 'musik', 'Büro Echo'],
]

for (const [sentence, rest, name] of SPLIT) {
  test(`"${sentence}" is "${rest}"${name ? ` on ${name}` : ''}`, (t) => {
    const split = splitPlayer(sentence, HOME)
    t.deepEqual([split.rest, split.player?.name], [rest, name])
  })
}
