import test from 'ava'
import { canonicalName } from '../../../src/gateway/headers/canonical-name.ts'

test('names that some server would read as the same are one', (t) => {
  for (const name of ['X-Remote-User', 'x_remote_user', 'X.Remote_USER']) t.is(canonicalName(name), 'x-remote-user')
  for (const punctuation of "!#$%&'*+.^_`|~") t.is(canonicalName(`X${punctuation}1`), 'x-1')
  t.not(canonicalName('xremoteuser'), 'x-remote-user')
})
