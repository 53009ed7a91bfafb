import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test from 'ava'
import { deny } from '../../src/oauth/deny.ts'
import { OAUTH_ERRORS, OAuthError } from '../../src/oauth/oauth-error.ts'
import { REASONS } from '../../src/oauth/reasons.ts'

const SOURCE = fileURLToPath(new URL('../../src/oauth', import.meta.url))

test('a reason is sent as its code, with the status of that code', (t) => {
  const error = deny('credentials-wrong', 'no secret for client alexa')
  t.true(error instanceof OAuthError)
  t.like(error, { code: 'invalid_client', status: 401, message: 'The client credentials are not valid.' })
  t.is(error.note, 'invalid_client: no secret for client alexa')
})

test('without a detail the log has the public sentence', (t) => {
  t.is(deny('prompt-none').note, 'consent_required: Nobody can be linked here without being asked.')
})

test('what a sentence leaves open is put in, as it is', (t) => {
  const error = deny('parameter-missing', { parameter: '$&{x}' })
  t.is(error.message, 'The parameter $&{x} is missing.')
  const both = deny('redirect-uri-of-another-form', { form: 'A', limit: '9', detail: 'private', headers: { X: 'y' } })
  t.is(both.message, 'A redirect URI has to be A, with at most 9 characters.')
  t.deepEqual([both.detail, both.headers], ['private', { X: 'y' }])
})

test('a reason cannot be given without what its sentence leaves open', (t) => {
  // @ts-expect-error: which parameter?
  t.notThrows(() => deny('parameter-missing', 'a detail'))
  // @ts-expect-error: there is nothing of that name to put in
  t.notThrows(() => deny('scope-missing', { allow: 'music.read' }))
})

test('every sentence may stand in an error_description, and says something', (t) => {
  for (const [reason, { code, sentence }] of Object.entries(REASONS)) {
    t.regex(sentence, /^[A-Z][\x20\x21\x23-\x5b\x5d-\x7e]{10,}([.]|: \{\w+\})$/, reason)
    t.true(code in OAUTH_ERRORS, reason)
  }
})

test('no two reasons say the same, and each is given somewhere', (t) => {
  const sentences = Object.values(REASONS).map(({ sentence }) => sentence)
  t.is(new Set(sentences).size, sentences.length)
  const files = globSync('**/*.ts', { cwd: SOURCE }).filter((file) => file !== 'reasons.ts' && file !== 'deny.ts')
  const source = files.map((file) => readFileSync(join(SOURCE, file), 'utf8')).join('\n')
  for (const reason of Object.keys(REASONS)) t.true(source.includes(`deny('${reason}'`), reason)
  t.notRegex(source, /new OAuthError\(/, 'every refusal has a reason')
})
