import common from '@zxcvbn-ts/language-common'
import test from 'ava'
import { refusePassword } from '../../src/users/refuse-password.ts'

test('a password has 10 to 1,024 characters', async (t) => {
  t.is(await refusePassword('', 'ada'), 'A password has at least 10 characters.')
  t.is(await refusePassword('ninechars', 'ada'), 'A password has at least 10 characters.')
  t.is(await refusePassword('ten chars!', 'ada'), undefined)
  t.is(await refusePassword('ö'.repeat(1024), 'ada'), undefined)
  t.is(await refusePassword('ö'.repeat(1025), 'ada'), 'A password has at most 1024 characters.')
})

test('letters that a keyboard writes in two parts count once', async (t) => {
  t.is(await refusePassword('öäüöäüöäü'.normalize('NFD'), 'ada'), 'A password has at least 10 characters.')
})

test('a password is not the name, in whatever case', async (t) => {
  for (const password of ['ada.lovelace', 'ADA.Lovelace']) {
    t.is(await refusePassword(password, 'ada.lovelace'), 'The password must not be the name.')
  }
  t.is(await refusePassword('ada.lovelace', 'ada'), undefined)
})

test('none of the 49,000 commonest passwords is taken, in whatever case', async (t) => {
  const list = common.dictionary['passwords-common'].filter((password) => password.length >= 10)
  t.true(list.length > 1000)
  t.true(common.dictionary['passwords-common'].indexOf(list[100]!) < 10_000)
  for (const password of [list[0]!, list[100]!, list.at(-1)!, 'Password123', 'QWERTYUIOP', '1234567890']) {
    t.regex((await refusePassword(password, 'ada')) ?? '', /everybody tries first\. Take another one/, password)
  }
  t.is(await refusePassword('correct horse battery', 'ada'), undefined)
})
