import test from 'ava'
import { enterPage } from '../../src/pages/enter-page.ts'

test('the page to sign in on for somewhere else says once where one signs in', (t) => {
  const fields = { action: '/alexa/enter', request: 'cmVxdWVzdA', csrf: 'csrf-token' }
  const { body } = enterPage({
    ...fields,
    language: 'en',
    state: 'password',
    host: 'gate.example',
    destination: 'music.example',
    accounts: 'either',
  })
  t.is(body.match(/>Sign in to gate\.example</g)?.length, 2, 'title and h1')
  t.false(body.includes('<h2>'))
})
