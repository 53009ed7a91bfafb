import common from '@zxcvbn-ts/language-common'
import test from 'ava'
import { explainPasswordProblem } from '../../src/pages/password-problem.ts'
import { refusePassword } from '../../src/users/refuse-password.ts'

const ADA = { name: 'ada', displayName: 'Ada Lovelace', host: 'home.example' }
const JASON = { name: 'jason', displayName: 'Jason Hollis', host: 'dev.jasonhollis.com' }

/** Why it is refused, in words; undefined where it isn't. */
async function refuse(password: string, owner = ADA, language: 'en' | 'de' = 'en'): Promise<string | undefined> {
  const problem = await refusePassword(password, owner)
  return problem && explainPasswordProblem(problem, language)
}

test('a password has 10 to 1,024 characters', async (t) => {
  t.is(await refuse(''), 'A password has at least 10 characters.')
  t.is(await refuse('kR7$pQ2x!'), 'A password has at least 10 characters.')
  t.is(await refuse('kR7$pQ2x!m'), undefined)
  const long = 'correct horse battery staple '.repeat(36).slice(0, 1024)
  t.is(await refuse(long), undefined)
  t.is(await refuse(`${long}x`), 'A password has at most 1024 characters.')
})

test('letters that a keyboard writes in two parts count once', async (t) => {
  t.is(await refuse('öäüöäüöäü'.normalize('NFD')), 'A password has at least 10 characters.')
})

test('a password is not the name, in whatever case', async (t) => {
  const owner = { ...ADA, name: 'quixotic.zebra.harpsichord' }
  for (const password of [owner.name, 'Quixotic.ZEBRA.harpsichord']) {
    t.is(await refuse(password, owner), 'The password must not be the name.')
  }
  t.is(await refuse(owner.name), undefined)
})

test('none of the 49,000 commonest passwords is taken, in whatever case', async (t) => {
  const list = common.dictionary['passwords-common'].filter((password) => password.length >= 10)
  t.true(list.length > 1000)
  t.true(common.dictionary['passwords-common'].indexOf(list[100]!) < 10_000)
  for (const password of [list[0]!, list[100]!, list.at(-1)!, 'Password123', 'QWERTYUIOP', '1234567890']) {
    t.regex((await refuse(password)) ?? '', /too easy to guess\..* Take another one/, password)
  }
  t.is(await refuse('correct horse battery'), undefined)
})

test('74. what can be guessed is refused, with the reason: repetitions, names, the host, common words, digits at the end', async (t) => {
  const reasons: [password: string, reason: RegExp][] = [
    ['aaaaaaaaaa', /One character again and again/],
    [' '.repeat(10), /One character again and again/],
    ['jasonjason', /The same characters again and again/],
    ['jason12345', /holds the name of the user/],
    ['JasonHollis', /holds the name of the user/],
    ['hollis.jason', /holds the name of the user/],
    ['dev.jasonhollis.com', /holds the name of the user, of this house/],
    ['devjasonhollis', /holds the name of the user, of this house/],
    ['skillgate123', /of what runs here/],
    [
      'Password123!',
      /nearly one of the passwords that everybody tries first\..*A capital at the beginning helps little/,
    ],
    ['hallo12345', /Add words that are less common/],
    ['Sommer2026!', /too easy to guess/],
    ['qwertzuiop', /A row of keys/],
    ['24.12.1987 ', /A date is tried early/],
  ]
  for (const [password, reason] of reasons) {
    const said = (await refuse(password, JASON)) ?? ''
    t.regex(said, reason, password)
    t.regex(said, /^This password is too easy to guess\. .*Take another one, such as four words/, password)
  }
})

test('74. four words that have nothing to do with each other are taken, in English and in German', async (t) => {
  const passwords = ['clamp river forty moss', 'Tasse Wolke Kamel Besen', 'correct horse battery staple']
  for (const password of [...passwords, 'jason clamp river forty', 'Alexa Wolke Kamel Besen']) {
    t.is(await refuse(password, JASON), undefined, password)
  }
})

test('74. the same is said in German', async (t) => {
  t.regex(
    (await refuse('aaaaaaaaaa', JASON, 'de')) ?? '',
    /^Dieses Passwort ist zu leicht zu erraten\. Ein Zeichen immer wieder .* Wiederholen Sie nichts\. Nehmen Sie ein anderes/,
  )
  t.is(await refuse('kurz', JASON, 'de'), 'Ein Passwort hat mindestens 10 Zeichen.')
})

test('74. of a long password the first 64 characters are weighed, so that nobody waits for it', async (t) => {
  t.is(await refuse(`clamp river forty moss ${'a'.repeat(1000)}`), undefined)
  t.regex((await refuse(`${'a'.repeat(64)}clamp river forty moss`)) ?? '', /One character again and again/)
  t.is(await refuse('4@83|<1!0$5+7%2'.repeat(70_000)), 'A password has at most 1024 characters.')
})
