import test from 'ava'
import { stagingDirectory } from '../../../src/certificates/acme/staging-directory.ts'
import { LETS_ENCRYPT } from '../../../src/config/tls-schema.ts'

test('Let’s Encrypt has a directory to try things out, another CA is asked itself', (t) => {
  t.is(stagingDirectory(LETS_ENCRYPT), 'https://acme-staging-v02.api.letsencrypt.org/directory')
  t.is(stagingDirectory('https://ca.example.org/dir'), 'https://ca.example.org/dir')
})
