import type { Answer } from '../../src/http/answer.ts'
import { type AccountPage, accountPage } from '../../src/pages/account-page.ts'
import { type DeviceCode, deviceCodePage, deviceDonePage } from '../../src/pages/device-pages.ts'
import { type EnterPage, enterPage } from '../../src/pages/enter-page.ts'
import { errorPage } from '../../src/pages/error-page.ts'
import type { Language } from '../../src/pages/language.ts'
import { type SignInPage, signInPage } from '../../src/pages/sign-in-page.ts'
import { signedOutPage, signOutPage } from '../../src/pages/sign-out-page.ts'
import { wordsFor } from '../../src/pages/words/words-for.ts'

export const LANGUAGES: Language[] = ['en', 'de']

/** What pages are given; each value once, so that a test can put something else in its place. */
export const VALUES = {
  clientName: 'Amazon Alexa',
  host: 'home.example',
  permission: 'See your music',
  backToHost: 'app.example',
  backToUri: 'cursor://app.example/back',
  voucher: 'vouching.example',
  signedInAs: 'Ada Lovelace',
  name: 'ada',
  userCode: 'WDJB-MJHT',
  action: '/alexa/approve',
  request: 'cmVxdWVzdA',
  csrf: 'csrf-token',
  title: 'A title',
  sentence: 'A sentence.',
}

/** Every page in every state, by what it is. */
export function examplePages(language: Language, values = VALUES): Record<string, Answer> {
  const { clientName, host, permission, backToHost, backToUri, voucher, signedInAs, name, userCode, title, sentence } =
    values
  const { action, request, csrf } = values
  const hidden = { language, host, action, request, csrf }
  const stranger = { vouchedBy: 'nobody' } as const
  const vouchedBy = { host: voucher }
  const backTo = { kind: 'host', host: backToHost } as const
  const consent = (change: Partial<SignInPage> = {}) =>
    signInPage({ ...hidden, state: 'password', kind: 'link', clientName, permissions: [permission], ...change })
  const deviceCode = (change: Partial<DeviceCode> = {}) => deviceCodePage({ ...hidden, ...change })
  const enter = (change: Partial<EnterPage> = {}) =>
    enterPage({ ...hidden, state: 'password', destination: backToHost, ...change })
  const link = { ...hidden, clientName, permissions: [permission], since: 1_750_000_000_000 }
  const account = (change: Partial<AccountPage> = {}) =>
    accountPage({
      ...{ language, host, name: signedInAs, signOut: hidden },
      links: [0, 1, 400].map((days) => ({ ...link, idleMs: days * 86_400_000 })),
      ...change,
    })
  const wait = { kind: 'wait', seconds: 90 } as const
  const errors = Object.entries(wordsFor(language).errors).map(([code, error]) => [
    `the page of ${code}`,
    errorPage({ language, status: 400, ...error }),
  ])
  return {
    'the sign-in page': consent(),
    'the sign-in page of an app that registered itself': consent({ ...stranger, backTo }),
    'the sign-in page of a program that registered itself': consent({ ...stranger, backTo: { kind: 'program' } }),
    'the sign-in page of an app with a scheme of its own': consent({ backTo: { kind: 'app', uri: backToUri } }),
    'the sign-in page of a client by its document': consent({ vouchedBy, backTo: { ...backTo, host: vouchedBy.host } }),
    'the sign-in page of a client by its document that goes on elsewhere': consent({ vouchedBy, backTo }),
    'the sign-in page after a wrong password': consent({ problem: { kind: 'wrong-password' }, name }),
    'the sign-in page when a second factor came too late': consent({ problem: { kind: 'expired' } }),
    'the sign-in page after too many wrong passwords': consent({ problem: wait, name }),
    'the second factor': consent({ state: 'second-factor' }),
    'the second factor after a wrong code': consent({ state: 'second-factor', problem: { kind: 'wrong-code' } }),
    'the second factor after too many wrong codes': consent({ state: 'second-factor', problem: wait }),
    'the consent page': consent({ state: 'consent', signedInAs }),
    'the consent page of somebody without a name': consent({ state: 'consent' }),
    'the sign-in page with accounts of Music Assistant': consent({ accounts: 'music-assistant' }),
    'the sign-in page with accounts of either kind': consent({ accounts: 'either' }),
    'the sign-in page for a guest': consent({ accounts: 'either', problem: { kind: 'guest' }, name }),
    'the sign-in page for an account that is off': consent({ problem: { kind: 'account-disabled' }, name }),
    'the sign-in page when the accounts are out of reach': consent({ problem: { kind: 'unreachable' }, name }),
    'the sign-in page when the server with the account waits': consent({
      problem: { kind: 'account-wait', seconds: 29 },
      name,
    }),
    'the question to an administrator': consent({ state: 'admin', signedInAs }),
    'the question to an administrator without a name': consent({ state: 'admin' }),
    'the question to an administrator for a device': consent({ kind: 'device', state: 'admin', signedInAs }),
    'the sign-in page for a device': consent({ kind: 'device' }),
    'the second factor for a device': consent({ kind: 'device', state: 'second-factor' }),
    'the consent page for a device': consent({ kind: 'device', state: 'consent', signedInAs }),
    'the consent page for a device that registered itself': consent({ kind: 'device', state: 'consent', ...stranger }),
    'the consent page for a device of a client by its document': consent({
      kind: 'device',
      state: 'consent',
      vouchedBy,
    }),
    'the page for a code': deviceCode(),
    'the page for a code that came with the address': deviceCode({ userCode }),
    'the page for a code after an unknown one': deviceCode({ userCode, problem: { kind: 'unknown-code' } }),
    'the page for a code after too many wrong ones': deviceCode({ userCode, problem: wait }),
    'the page after a device was connected': deviceDonePage({ language, clientName, approved: true }),
    'the page after a device was denied': deviceDonePage({ language, clientName, approved: false }),
    'the page to sign out': signOutPage({ ...hidden, signedInAs }),
    'the page to sign out when nobody is signed in': signOutPage(hidden),
    'the page after signing out': signedOutPage({ language, host }),
    'the page to sign in on for another page': enter(),
    'the page to sign in on for another page after a wrong password': enter({
      problem: { kind: 'wrong-password' },
      name,
    }),
    'the page to sign in on for another page after too many wrong passwords': enter({ problem: wait, name }),
    'the second factor for another page': enter({ state: 'second-factor' }),
    'the account page': account(),
    'the account page after a link was ended': account({ ended: clientName }),
    'the account page of somebody who has linked nothing': account({ links: [] }),
    'an error page': errorPage({ language, status: 403, title, sentences: [sentence, { english: sentence }] }),
    ...Object.fromEntries(errors),
  }
}

/** The page without its style, which is nobody's input. */
export function markup(body: string): string {
  return body.replace(/<style>.*?<\/style>/s, '')
}

/** The tags of one kind, each as it stands there. */
export function tags(body: string, name: string): string[] {
  return [...markup(body).matchAll(new RegExp(`<${name}\\b[^>]*>`, 'g'))].map(([tag]) => tag)
}

/** What a person reads, without the tags. */
export function words(body: string): string {
  const [, main = ''] = /<main>(.*)<\/main>/s.exec(body) ?? []
  return main
    .replace(/<[^>]*>/g, '')
    .replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code))
    .replace(/\s+/g, ' ')
    .trim()
}
