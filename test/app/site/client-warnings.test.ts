import test from 'ava'
import { clientWarnings } from '../../../src/app/site/client-warnings.ts'
import { smallConfig } from '../../support/config.ts'

test('that anybody may come under any name is warned of, while such clients may come at all', (t) => {
  const warned = (documents: string, registration = '{}') =>
    clientWarnings(
      smallConfig(
        t,
        '  - { path: /api, upstream: ui, auth: bearer }\n',
        `  client_metadata_documents: ${documents}\n  registration: ${registration}\n`,
      ),
    )
  t.is(warned('{ enabled: true, domains: [claude.ai, "*"] }').length, 1)
  t.is(warned('{ enabled: true, domains: ["*.github.io", storage.googleapis.com, ada.github.io] }').length, 2)
  const [open, ...others] = warned('{}', '{ open: true }')
  t.regex(open ?? '', /oauth\.registration\.open is true.*skillgate client allow --for 10m/)
  t.deepEqual(others, [])
  t.deepEqual(warned('{}', '{ enabled: true }'), [])
  for (const quiet of [
    '{}',
    '{ enabled: true }',
    '{ domains: ["*"] }',
    '{ enabled: true, domains: ["*.example.org"] }',
  ])
    t.deepEqual(warned(quiet), [], quiet)
})
