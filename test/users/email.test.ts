import test from 'ava'
import { requireEmail } from '../../src/users/email.ts'

test('an e-mail address is ASCII with one @, and a host of another script goes by its DNS name', (t) => {
  const good = ['a@b', 'ada@example.com', 'Ada.Lovelace+home@example.co.uk', "o'neill@xn--bcher-kva.example"]
  for (const address of [...good, `${'a'.repeat(242)}@example.com`]) t.is(requireEmail(address), address)
})

test('what is no e-mail address, or would end a line, a header or a name, is refused with what one is', (t) => {
  const wrong = ['', 'ada', '@b', 'a@', 'a@@b', 'a@b@c', 'a b@c', ' a@b', 'a@b\n', 'a@b\0', 'ädä@b', 'a@bücher.example']
  for (const address of [...wrong, '<a@b>', 'Ada <a@b>', '"a"@b', `${'a'.repeat(243)}@example.com`]) {
    t.throws(() => requireEmail(address), { name: 'UserError', message: /^An e-mail address is ASCII without spaces/ })
  }
})
