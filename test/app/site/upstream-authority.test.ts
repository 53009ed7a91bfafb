import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:https'
import { join } from 'node:path'
import test from 'ava'
import { upstreamAuthority } from '../../../src/app/site/upstream-authority.ts'
import { StartError } from '../../../src/app/start-error.ts'
import { temporaryFolder } from '../../support/environment.ts'
import { startTestHouse } from '../../support/gateway.ts'
import { exchangeRaw, rawRequest } from '../../support/raw-client.ts'
import { privateCertificate, startSecure } from '../../support/secure-upstream.ts'

test('the certificates of a file are taken, whatever else a tool has written between them', async (t) => {
  const { caFile } = await privateCertificate(t)
  const pem = readFileSync(caFile, 'utf8').trim()
  t.is(await upstreamAuthority(caFile, 'music'), pem)
  const file = join(temporaryFolder(t), 'ca.pem')
  writeFileSync(file, `subject=CN = one\r\n${pem.replaceAll('\n', '\r\n')}\r\n\r\nsubject=CN = two\n${pem}\n`)
  t.is((await upstreamAuthority(file, 'music')).match(/BEGIN CERTIFICATE/g)?.length, 2)
})

test('a file that is not there, and one without a certificate, are refused by their names', async (t) => {
  const { key } = await privateCertificate(t)
  const file = join(temporaryFolder(t), 'ca.pem')
  const refusal = async () =>
    (await t.throwsAsync(upstreamAuthority(file, 'music'), { instanceOf: StartError }))?.message ?? ''
  t.regex(await refusal(), /ca\.pem can't be read: ENOENT.*upstreams\.music\.ca/)
  const broken = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'
  for (const content of ['', 'hello', key, broken]) {
    writeFileSync(file, content)
    const message = await refusal()
    t.regex(message, /ca\.pem should hold the PEM certificate of a CA/)
    t.notRegex(message, /MII/)
  }
})

test('another CA in the file counts from the next reload on, and one that is none changes nothing', async (t) => {
  const [before, after] = [await privateCertificate(t), await privateCertificate(t)]
  let current = before
  const server = createServer({ key: before.key, cert: before.cert }, (_, response) => response.end('hello'))
  const url = await startSecure(t, server)
  const file = join(temporaryFolder(t), 'ca.pem')
  const write = () => writeFileSync(file, readFileSync(current.caFile))
  write()
  const house = await startTestHouse(t, ({ upstreams }) => {
    Object.assign(upstreams['music-assistant'], { url, ca: file })
  })
  const status = async () => (await exchangeRaw(house, rawRequest('GET /open/x', ['Connection: close']))).status
  t.is(await status(), 200)
  current = after
  server.setSecureContext({ key: after.key, cert: after.cert })
  write()
  await house.reload()
  t.is(await status(), 200)
  writeFileSync(file, 'none')
  await t.throwsAsync(house.reload(), { message: /should hold the PEM certificate/ })
  t.is(await status(), 200)
})
