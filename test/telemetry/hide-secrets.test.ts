import { randomBytes } from 'node:crypto'
import test from 'ava'
import { newSecret } from '../../src/secrets/secret.ts'
import { hideSecrets } from '../../src/telemetry/hide-secrets.ts'

test('what may be a token, code or secret is hidden, wherever it stands, and nothing else', (t) => {
  const secret = newSecret({ randomBytes })
  t.is(hideSecrets(`unknown client "a${secret}"`), 'unknown client "[hidden]"')
  t.is(hideSecrets(`${secret} and ${secret}`), '[hidden] and [hidden]')
  t.is(hideSecrets(secret.slice(1)), secret.slice(1))
  const grant = 'grant 65f0c0ffee65f0c0ffee65f0.0123456789abcdef01234567, user ada'
  t.is(hideSecrets(grant), grant)
})
