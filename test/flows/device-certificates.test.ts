import { execFile } from 'node:child_process'
import { createPublicKey, randomBytes, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type ConnectionOptions, connect } from 'node:tls'
import { promisify } from 'node:util'
import test from 'ava'
import { WebSocket } from 'ws'
import { openDeviceCa } from '../../src/certificates/devices/device-ca.ts'
import { makeDevice } from '../../src/certificates/devices/make-device.ts'
import { makeCertificate } from '../../src/certificates/local/local-ca.ts'
import { newRsaKey } from '../../src/certificates/local/new-rsa-key.ts'
import { addUser, disableUser, removeUser } from '../../src/users/users.ts'
import { askAs, type DeviceFile, PRIVATE, startDeviceHouse } from '../support/devices.ts'
import { temporaryFolder } from '../support/environment.ts'
import { ISSUER } from '../support/gateway.ts'
import { findProgram } from '../support/program.ts'
import { RawClient } from '../support/raw-client.ts'

const run = promisify(execFile)
const HOME = new URL(ISSUER).host
const DAY = 86_400_000
const NOBODY = { name: 'eve', password: 'correct horse battery' }

test('a device with a certificate is let in as its user, and the upstream is told both', async (t) => {
  const house = await startDeviceHouse(t)
  const device = await house.makeDevice('Mobile')
  const { status, body } = await askAs(house, { device, headers: { 'x-remote-user-name': 'eve' } })
  t.is(body, 'music')
  t.is(status, 200)
  t.like(house.seen.at(-1), {
    'x-remote-user-name': 'ada',
    'x-remote-user-display-name': 'Ada Lovelace',
    'x-auth-client-id': 'mobile',
    'x-auth-scopes': 'music.read music.control user:read',
    'x-forwarded-host': PRIVATE,
  })
  t.truthy(await house.logged('"client":"mobile"'))
  t.is((await askAs(house, { device, method: 'POST' })).status, 200, 'a program says nothing of a page')
})

test('whoever shows no certificate is told in words how to get one, and what else is at that host is there', async (t) => {
  const house = await startDeviceHouse(t)
  const program = await askAs(house, { headers: { connection: 'keep-alive' } })
  t.is(program.status, 403)
  t.is(program.headers.connection, 'close', 'the next connection is asked anew')
  t.like(JSON.parse(program.body), { error: 'certificate_required' })
  t.regex(JSON.parse(program.body).error_description, /skillgate cert device NAME --user USER\.$/)
  const person = await askAs(house, { headers: { accept: 'text/html', 'accept-language': 'de' } })
  t.regex(person.body, /Nur für Geräte mit Zertifikat.*skillgate cert device NAME --user USER/s)
  t.is((await askAs(house, { path: '/open' })).status, 200)
})

test('every certificate but that of a device of now is refused, and the log says why', async (t) => {
  const house = await startDeviceHouse(t)
  const { store } = house.prepared
  await addUser(store, house, NOBODY)
  const refused = async (device: DeviceFile, why: string) => {
    const { status, body } = await askAs(house, { device })
    t.is(status, 403, why)
    t.is(JSON.parse(body).error, 'certificate_required', why)
    t.truthy(await house.logged(why), why)
    t.false(body.includes(why))
  }
  const [mobile, tablet, laptop, watch] = [
    await house.makeDevice('mobile'),
    await house.makeDevice('tablet'),
    await house.makeDevice('laptop', 'eve'),
    await house.makeDevice('watch', 'eve'),
  ]
  for (const device of [mobile, tablet, laptop, watch]) t.is((await askAs(house, { device })).status, 200)

  const now = house.now()
  const elsewhere = await openDeviceCa({ directory: temporaryFolder(t), host: HOME, now, randomBytes })
  const foreign = { name: 'mobile', password: 'secret', now, randomBytes }
  await refused(
    { pfx: (await makeDevice(elsewhere, foreign)).file, passphrase: 'secret' },
    'another certificate than that of mobile',
  )
  // The CA's key, but not by the command.
  const ca = await openDeviceCa({ directory: join(house.folder, 'data'), host: HOME, now, randomBytes })
  await refused(
    { pfx: (await makeDevice(ca, foreign)).file, passphrase: 'secret' },
    'another certificate than that of mobile',
  )
  await refused(
    { pfx: (await makeDevice(ca, { ...foreign, name: 'car' })).file, passphrase: 'secret' },
    'there is no such device: \\"car\\"',
  )
  await refused(await selfMade('tablet', ca.certificate), 'another certificate than that of tablet')
  await refused(await selfMade('__proto__', ca.certificate), 'there is no such device: \\"__proto__\\"')

  await house.type('cert device remove mobile')
  await refused(mobile, 'there is no such device: \\"mobile\\"')
  rmSync(join(house.folder, 'mobile.p12'))
  await house.makeDevice('mobile')
  await refused(mobile, 'another certificate than that of mobile')
  await disableUser(store, 'eve')
  await refused(laptop, 'the user of laptop, eve, may not sign in')
  await removeUser(store, 'eve')
  await refused(laptop, 'the user of laptop, eve, was removed')
  await addUser(store, house, NOBODY)
  await refused(watch, 'the user of watch, eve, was removed')
  t.is((await askAs(house, { device: tablet })).status, 200)
  house.advance(729 * DAY)
  t.is((await askAs(house, { device: tablet })).status, 200)
  house.advance(DAY)
  await refused(tablet, 'that of tablet expired on')
})

/** Signed by nobody but itself, under the names of others. */
async function selfMade(name: string, ca: X509Certificate): Promise<DeviceFile> {
  const key = await newRsaKey()
  const now = Date.now()
  const cert = makeCertificate({
    ...{ key, publicKey: createPublicKey(key), subject: name, issuer: ca.subject.replace('CN=', '') },
    ...{ now, end: now + DAY, randomBytes, extensions: () => [{ name: 'extKeyUsage', clientAuth: true }] },
  })
  return { cert, key: key.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

test('nobody comes to such a host over a connection that was opened for another one', async (t) => {
  const house = await startDeviceHouse(t)
  const device = await house.makeDevice('mobile')
  for (const servername of [HOME, 'localhost', '']) {
    const { status, body } = await askAs(house, { device, servername, tls: { checkServerIdentity: () => undefined } })
    t.is(status, 421, servername)
    t.is(JSON.parse(body).error, 'misdirected')
  }
  t.is(house.seen.length, 0)
  t.is((await askAs(house, { device, servername: PRIVATE.toUpperCase() })).status, 200)
  t.is((await askAs(house, { device, host: HOME, path: '/home' })).status, 200)
  t.is(house.seen.at(-1)?.['x-auth-client-id'], undefined, 'a certificate is asked for by no other route')
})

for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
  test(`over ${version} no session goes on at a host that asks for certificates`, async (t) => {
    const house = await startDeviceHouse(t)
    const device = await house.makeDevice('mobile')
    const only = { minVersion: version, maxVersion: version }
    const shake = async (servername: string, more: ConnectionOptions = {}) => {
      const socket = connect({ host: '127.0.0.1', port: house.port, ca: house.ca, servername, ...only, ...more })
      const sessions: Buffer[] = []
      socket.on('session', (session) => sessions.push(session))
      socket.end(`GET /home HTTP/1.1\r\nHost: ${HOME}\r\nConnection: close\r\n\r\n`).resume()
      await once(socket, 'secureConnect')
      const isReused = socket.isSessionReused()
      await once(socket, 'close')
      return { session: sessions.at(-1), isReused }
    }
    const home = await shake(HOME)
    t.true((await shake(HOME, { session: home.session! })).isReused)
    t.false((await shake(PRIVATE, { session: home.session!, ...device })).isReused)
    const there = await shake(PRIVATE, device)
    for (const servername of [HOME, PRIVATE])
      if (there.session) t.false((await shake(servername, { session: there.session })).isReused)
    t.is((await askAs(house, { device, tls: { ...only, session: home.session! } })).status, 200)
    t.is((await askAs(house, { tls: { ...only, ...(there.session && { session: there.session }) } })).status, 403)
  })
}

test('no client is asked for a certificate at any other host', async (t) => {
  const openssl = findProgram(t, 'openssl', 'openssl')
  if (openssl === undefined) return
  const house = await startDeviceHouse(t)
  const shown = async (...words: string[]) => {
    const running = run(openssl, ['s_client', '-connect', `127.0.0.1:${house.port}`, ...words])
    running.child.stdin?.end()
    return (await running).stdout
  }
  for (const version of ['-tls1_2', '-tls1_3']) {
    t.regex(await shown(version, '-servername', HOME), /No client certificate CA names sent/)
    t.regex(await shown(version, '-noservername'), /No client certificate CA names sent/)
    const asked = await shown(version, '-servername', PRIVATE)
    t.regex(asked, /Acceptable client certificate CA names\nCN ?= ?Skillgate devices for dev\.jasonhollis\.com/)
    t.false(asked.includes('local CA for dev.jasonhollis.com (2\nCN'), 'only that one')
  }
})

test('a WebSocket of a device ends as soon as the device is removed', async (t) => {
  const house = await startDeviceHouse(t, ({ routes }) => {
    routes.push({ host: PRIVATE, path: '/ws', upstream: 'music-assistant', auth: 'mtls', websocket: true } as never)
  })
  const [mobile, tablet] = [await house.makeDevice('mobile'), await house.makeDevice('tablet')]
  const open = async (device: DeviceFile) => {
    const socket = new WebSocket(`wss://localhost:${house.port}/ws`, {
      ...{ ca: house.ca, servername: PRIVATE, headers: { host: PRIVATE } },
      ...device,
    } as never)
    t.teardown(() => socket.terminate())
    socket.on('error', () => {})
    await once(socket, 'message')
    return socket
  }
  const [ending, staying] = [await open(mobile), await open(tablet)]
  const closed = once(ending, 'close')
  await house.type('cert device remove mobile')
  await closed
  t.is(staying.readyState, WebSocket.OPEN)
  const over = once(staying, 'close')
  await house.type('user remove ada')
  await over
})

test('a connection that is kept open lets its device in no more once that is removed', async (t) => {
  const house = await startDeviceHouse(t)
  const device = await house.makeDevice('mobile')
  const socket = connect({ port: house.port, ca: house.ca, servername: PRIVATE, ...device })
  t.teardown(() => socket.destroy())
  await once(socket, 'secureConnect')
  const client = new RawClient(socket, socket)
  const status = async () => (await client.send(`GET / HTTP/1.1\r\nHost: ${PRIVATE}\r\n\r\n`).answer()).status
  t.is(await status(), 200)
  t.is(await status(), 200)
  await house.type('cert device remove mobile')
  t.is(await status(), 403)
  await client.closed
  t.is(house.seen.length, 2)
})

test('a page of another address can have a browser with a certificate do nothing', async (t) => {
  const house = await startDeviceHouse(t)
  const device = await house.makeDevice('mobile')
  const post = (headers: Record<string, string>) => askAs(house, { device, method: 'POST', headers })
  const foreign: Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: `https://${PRIVATE}` },
    { origin: 'https://evil.example' },
    { origin: 'null' },
  ]
  for (const headers of foreign)
    t.is(JSON.parse((await post(headers)).body).error, 'foreign_request', JSON.stringify(headers))
  t.is(house.seen.length, 0)
  const own: Record<string, string>[] = [{ 'sec-fetch-site': 'same-origin' }, { origin: `https://${PRIVATE}` }]
  for (const headers of own) t.is((await post(headers)).status, 200, JSON.stringify(headers))
})

test('where a person signs in to the upstream as well, what their page says goes on, and no access token of ours', async (t) => {
  const house = await startDeviceHouse(t, ({ routes }) => {
    routes.push({ host: PRIVATE, path: '/own', upstream: 'ui', auth: 'mtls', pass_authorization: true } as never)
  })
  const device = await house.makeDevice('mobile')
  const authorization = 'Bearer upstreams-own'
  await askAs(house, { device, path: '/own', headers: { authorization } })
  t.is(house.seen.at(-1)?.authorization, authorization)
  await askAs(house, { device, path: '/other', headers: { authorization } })
  t.is(house.seen.at(-1)?.authorization, undefined)
})

test('a reload that brings such a host asks from the next handshake on', async (t) => {
  let kept: unknown[] = []
  const house = await startDeviceHouse(t, (config) => {
    kept = config.routes
    config.routes = config.routes.filter((route) => (route as { auth: string }).auth !== 'mtls')
  })
  const device = await house.makeDevice('mobile')
  t.is((await askAs(house, { device })).status, 404)
  await house.reload((config) => {
    config.routes = kept as typeof config.routes
  })
  t.is((await askAs(house, { device })).status, 200)
})

test('a command of a device passes as one of its user, who may do what somebody may who has signed in', async (t) => {
  const house = await startDeviceHouse(t, (config) => {
    Object.assign(config.upstreams['music-assistant'], { kind: 'music-assistant' })
    config.routes = config.routes.filter(({ upstream }) => upstream === 'ui' || upstream === 'dead')
    config.routes.push({ host: PRIVATE, path: '/api', upstream: 'music-assistant', auth: 'mtls' } as never)
  })
  const device = await house.makeDevice('mobile')
  const call = async (command: string) => {
    const body = JSON.stringify({ command, message_id: '1' })
    return (await askAs(house, { device, path: '/api', method: 'POST', body })).status
  }
  t.is(await call('players/all'), 200)
  t.is(await call('config/core/save'), 403)
})

test('the file of a device is as phones and openssl read it, with a key that is nobody else\u2019s', async (t) => {
  const openssl = findProgram(t, 'openssl', 'openssl')
  if (openssl === undefined) return
  const house = await startDeviceHouse(t)
  const { passphrase } = await house.makeDevice('mobile')
  const file = join(house.folder, 'mobile.p12')
  t.is(statSync(file).mode & 0o777, 0o600)
  for (const name of ['device-ca.key', 'device-ca.pem'])
    t.is(statSync(join(house.folder, 'data', name)).mode & 0o077, name.endsWith('key') ? 0 : 0o044, name)
  const { stdout, stderr } = await run(openssl, [
    'pkcs12',
    '-in',
    file,
    '-passin',
    `pass:${passphrase}`,
    '-nodes',
    '-info',
  ])
  t.regex(stderr, /pbeWithSHA1And3-KeyTripleDES-CBC/)
  t.regex(stdout, /friendlyName: mobile/)
  const [own, ca] = stdout
    .match(/-----BEGIN CERTIFICATE[\s\S]+?END CERTIFICATE-----/g)!
    .map((pem) => new X509Certificate(pem))
  t.is(own!.subject, 'CN=mobile')
  t.true(own!.verify(ca!.publicKey))
  t.deepEqual(own!.keyUsage, ['1.3.6.1.5.5.7.3.2'], 'for clients only')
  t.is(ca!.toString().trim(), readFileSync(join(house.folder, 'data', 'device-ca.pem'), 'utf8').trim())
  await t.throwsAsync(run(openssl, ['pkcs12', '-in', file, '-passin', 'pass:wrong', '-nodes']))
})
