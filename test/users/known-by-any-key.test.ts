import test from 'ava'
import { openKnownBrowsers } from '../../src/users/known-browsers.ts'
import { knownByAnyKey } from '../../src/users/known-by-any-key.ts'
import { openPeople } from './people.ts'

/** The cookie of what makes a browser known, whether that is the header itself or has it in it. */
const cookieOf = (known: unknown): string =>
  (typeof known === 'string' ? known : (known as { cookie: string }).cookie).split(';')[0]!

test('71. a browser that was made known before the key was rotated stays known, and one of a stranger’s key never is', async (t) => {
  const { store, environment, ada } = await openPeople(t)
  const [first, second, third, strange] = [1, 2, 3, 4].map((byte) => Buffer.alloc(32, byte)) as Buffer[]
  const open = (key: Buffer) => openKnownBrowsers(store, environment, key)
  const before = cookieOf(open(first!).remember(ada))
  const rotated = knownByAnyKey([third!, second!, first!], open)
  t.truthy(await rotated.find(before, 'ada'))
  t.is(await rotated.find(cookieOf(open(strange!).remember(ada)), 'ada'), undefined)
  t.is(await rotated.find(undefined, 'ada'), undefined)
  const after = cookieOf(rotated.remember(ada))
  t.truthy(await open(third!).find(after, 'ada'))
  t.is(await open(first!).find(after, 'ada'), undefined, 'the newest key makes it')
})
