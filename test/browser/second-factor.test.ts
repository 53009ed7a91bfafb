import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import type { Page } from 'playwright-core'
import { wordsFor } from '../../src/pages/words/words-for.ts'
import { keyFile, openSealer } from '../../src/secrets/seal.ts'
import { switchSecondFactorOn } from '../../src/users/second-factor.ts'
import { newTotpSecret } from '../../src/users/totp.ts'
import { overhang, SCREENS, typeAtOnce } from '../support/chromium.ts'
import { ADA } from '../support/gateway.ts'
import { codeOf } from '../users/people.ts'
import { backAtApp, nextPage, openHouse, openLinking } from './open-house.ts'

/** Ada has an authenticator, and has typed her password. */
async function passwordTyped(t: ExecutionContext): Promise<AtSecondFactor | undefined> {
  const opened = await openHouse(t, { viewport: SCREENS.phone, locale: 'de' })
  if (!opened) return undefined
  const { house, page } = opened
  const environment = { now: house.now, randomBytes }
  const sealer = await openSealer(keyFile(join(house.folder, 'data')), environment)
  const secret = newTotpSecret(environment)
  const tools = { ...environment, store: house.prepared.store, sealer }
  const code = () => codeOf(secret, { environment })
  const recoveryCodes = await switchSecondFactorOn(tools, ADA.name, secret, code())
  // A code works once.
  house.advance(60_000)
  await openLinking(page)
  await page.getByLabel(words.signIn.username).fill(ADA.name)
  await page.getByLabel(words.signIn.password).fill(ADA.password)
  t.is(await nextPage(page, () => page.keyboard.press('Enter')), 200)
  return { page, code, recoveryCodes, advance: house.advance }
}

interface AtSecondFactor {
  page: Page
  /** What the authenticator shows now. */
  code: () => string
  recoveryCodes: string[]
  advance: (milliseconds: number) => void
}

const words = wordsFor('de')

test.serial('after the password a code is asked for; a mistyped one is told, and the right one links', async (t) => {
  const reached = await passwordTyped(t)
  if (!reached) return
  const { page, code } = reached
  t.is(await page.getByRole('heading', { level: 1 }).textContent(), words.signIn.secondFactor)
  t.is(await overhang(page), 0)

  const right = code()
  await typeAtOnce(
    page,
    right.replace(/./, (digit) => `${(Number(digit) + 5) % 10}`),
  )
  t.is(await nextPage(page, () => page.keyboard.press('Enter')), 400)
  t.is(await page.getByRole('alert').textContent(), words.problems['wrong-code'])
  t.is(await overhang(page), 0)

  await typeAtOnce(page, right)
  const told = await backAtApp(page, () => page.keyboard.press('Enter'))
  t.regex(told.get('code') ?? '', /^[\w-]{43}$/)
  await openLinking(page)
  t.is(await page.getByRole('textbox').count(), 0)
})

test.serial('a recovery code is typed into the same field, in whatever case', async (t) => {
  const reached = await passwordTyped(t)
  if (!reached) return
  const { page, recoveryCodes } = reached
  await typeAtOnce(page, recoveryCodes[0]!.toUpperCase())
  const told = await backAtApp(page, () => page.keyboard.press('Enter'))
  t.regex(told.get('code') ?? '', /^[\w-]{43}$/)
})

test.serial('who looks for the phone for too long signs in once more, and is told why', async (t) => {
  const reached = await passwordTyped(t)
  if (!reached) return
  const { page, code, advance } = reached
  advance(6 * 60_000)
  await typeAtOnce(page, code())
  t.is(await nextPage(page, () => page.keyboard.press('Enter')), 400)
  t.is(await page.getByRole('alert').textContent(), words.problems.expired)
  t.true(await page.getByLabel(words.signIn.password).isVisible())
})
