import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { clientSecretHash, ownSecret, upstreamToken } from '../../../src/app/site/secret-sources.ts'
import { StartError } from '../../../src/app/start-error.ts'
import { hashSecret } from '../../../src/secrets/secret.ts'
import { temporaryFolder, testEnvironment } from '../../support/environment.ts'

test("a client's secret is made where its file is not there, for its owner alone, and kept from then on", async (t) => {
  const file = join(temporaryFolder(t), 'data', 'app.secret')
  const secret = await ownSecret({ file }, testEnvironment())
  t.regex(secret, /^[\w-]{43}$/)
  t.is(readFileSync(file, 'utf8'), `${secret}\n`)
  t.is(statSync(file).mode & 0o777, 0o600)
  t.is(await ownSecret({ file }, testEnvironment()), secret)
  t.is(await clientSecretHash({ file }, testEnvironment()), hashSecret(secret))
})

test('a hash is taken as it is, and an environment variable is hashed', async (t) => {
  const value = 'sixteen letters!'
  t.is(await clientSecretHash({ variable: 'APP', value }, testEnvironment()), hashSecret(value))
  t.is(await clientSecretHash({ hash: 'h' }, testEnvironment()), 'h')
})

test('a secret of 16 characters may be used, one of 15 is refused by its place, and shown nowhere', async (t) => {
  const file = join(temporaryFolder(t), 'app.secret')
  writeFileSync(file, 'hunter2-hunter2\n')
  for (const [source, place] of [
    [{ file }, file],
    [{ variable: 'APP', value: 'hunter2-hunter2' }, 'The environment variable APP'],
  ] as const) {
    const error = await t.throwsAsync(clientSecretHash(source, testEnvironment()), { instanceOf: StartError })
    t.true(error?.message.startsWith(place), error?.message)
    t.notRegex(error?.message ?? '', /hunter2/)
  }
  writeFileSync(file, 'hunter2-hunter2x\n')
  t.is(await clientSecretHash({ file }, testEnvironment()), hashSecret('hunter2-hunter2x'))
})

test('a file with more than one line, or with nothing, is refused, and shown nowhere', async (t) => {
  const file = join(temporaryFolder(t), 'app.secret')
  for (const text of ['hunter2-hunter2-hunter2\nhunter2', '', ' \n', 'hunter2-hunter2-hünter2']) {
    writeFileSync(file, text)
    for (const read of [ownSecret({ file }, testEnvironment()), upstreamToken({ file }, 'music')]) {
      const error = await t.throwsAsync(read, { instanceOf: StartError })
      t.is(error?.message, `${file} should hold one line with a secret, and nothing else.`)
    }
  }
})

test("an upstream's token is never made here: where its file is not there, it is said what to do", async (t) => {
  const file = join(temporaryFolder(t), 'music.token')
  await t.throwsAsync(upstreamToken({ file }, 'music'), {
    instanceOf: StartError,
    message: /write the token that music/,
  })
})
