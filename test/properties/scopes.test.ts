import test from 'ava'
import fc from 'fast-check'
import { chooseScopes } from '../../src/oauth/checks/choose-scopes.ts'
import { scopesWithin } from '../../src/oauth/checks/scopes-within.ts'
import { stillAllowed } from '../../src/oauth/checks/still-allowed.ts'
import { OAuthError } from '../../src/oauth/oauth-error.ts'
import { seedOf } from '../support/property.ts'

const NAMES = ['a', 'b', 'c', 'music.read', 'music.control', 'user:read', '__proto__', 'A']
const some = fc.uniqueArray(fc.constantFrom(...NAMES))
const isWithin = (inner: string[], outer: string[]) => inner.every((scope) => outer.includes(scope))

function checked(asked: string | undefined, allowed: string[]): string[] | 'invalid_scope' {
  try {
    return scopesWithin(asked, allowed)
  } catch (error) {
    if (error instanceof OAuthError && error.code === 'invalid_scope') return 'invalid_scope'
    throw error
  }
}

test('what a refresh asks for is given as it is when it is within what is allowed, and refused when anything is beyond', (t) => {
  const property = fc.property(fc.array(fc.constantFrom(...NAMES), { minLength: 1 }), some, (asked, allowed) => {
    const answer = checked(asked.join(' '), allowed)
    if (!isWithin(asked, allowed)) return answer === 'invalid_scope'
    return (
      answer !== 'invalid_scope' &&
      isWithin(answer, asked) &&
      isWithin(asked, answer) &&
      new Set(answer).size === answer.length
    )
  })
  t.notThrows(() => fc.assert(property, { numRuns: 5000, seed: seedOf(t) }))
})

test('of what is asked for whatever is allowed is given and nothing else, and the rest is said to be left out', (t) => {
  const property = fc.property(fc.array(fc.constantFrom(...NAMES), { minLength: 1 }), some, (asked, allowed) => {
    const { scopes, leftOut } = chooseScopes(asked.join(' '), allowed, ['otherwise'])
    const both = [...scopes, ...leftOut]
    return (
      isWithin(scopes, allowed) &&
      !leftOut.some((scope) => allowed.includes(scope)) &&
      isWithin(asked, both) &&
      isWithin(both, asked) &&
      new Set(both).size === both.length
    )
  })
  t.notThrows(() => fc.assert(property, { numRuns: 5000, seed: seedOf(t) }))
})

test('narrowing twice is narrowing once, and never gives back what was given up', (t) => {
  const property = fc.property(some, some, some, (granted, first, second) => {
    const once = checked(first.join(' ') || undefined, granted)
    if (once === 'invalid_scope') return true
    const twice = checked(second.join(' ') || undefined, once)
    return twice === 'invalid_scope' ? !isWithin(second, once) : isWithin(twice, once) && isWithin(once, granted)
  })
  t.notThrows(() => fc.assert(property, { numRuns: 5000, seed: seedOf(t) }))
})

test('what still holds of a grant is what both the grant and the configuration allow, in whatever order they are taken', (t) => {
  const property = fc.property(some, some, some, (granted, scopes, later) => {
    const held = stillAllowed(granted, { scopes })
    const both = stillAllowed(stillAllowed(granted, { scopes }), { scopes: later })
    const other = stillAllowed(stillAllowed(granted, { scopes: later }), { scopes })
    return isWithin(held, granted) && isWithin(held, scopes) && both.join() === other.join()
  })
  t.notThrows(() => fc.assert(property, { numRuns: 5000, seed: seedOf(t) }))
})

test('text that is no scope at all is never taken for one', (t) => {
  const property = fc.property(fc.string({ unit: 'binary' }), some, (asked, allowed) => {
    const answer = checked(asked, allowed)
    const { scopes } = chooseScopes(asked, allowed, [])
    return (answer === 'invalid_scope' || isWithin(answer, allowed)) && isWithin(scopes, allowed)
  })
  t.notThrows(() => fc.assert(property, { numRuns: 5000, seed: seedOf(t) }))
})
