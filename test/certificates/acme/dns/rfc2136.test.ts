import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { text } from 'node:stream/consumers'
import test, { type ExecutionContext } from 'ava'
import type { DnsSettingsOf } from '../../../../src/certificates/acme/dns/dns-settings.ts'
import { openDnsRecords } from '../../../../src/certificates/acme/dns/open-dns-records.ts'
import { type NameServerOptions, startNameServer, type TestNameServer } from '../../../support/acme/name-server.ts'
import { testEnvironment } from '../../../support/environment.ts'
import { freePort } from '../../../support/free-port.ts'
import { findProgram } from '../../../support/program.ts'

const NAME = '_acme-challenge.example.test'

/** Records at a name server that is one's own. @returns nothing where there is none, and the test is skipped. */
async function openRecords(
  t: ExecutionContext,
  change: Partial<DnsSettingsOf<'rfc2136'>> = {},
  options: NameServerOptions = {},
) {
  const server = await startNameServer(t, options)
  if (server === undefined) return undefined
  return { server, ...recordsAt(server, change) }
}

function recordsAt(server: TestNameServer, change: Partial<DnsSettingsOf<'rfc2136'>>) {
  const environment = testEnvironment()
  const warnings: string[] = []
  const settings: DnsSettingsOf<'rfc2136'> = {
    ...{ by: 'rfc2136', server: `127.0.0.1:${server.port}`, wait: 60 },
    ...{ key_name: server.keyName, key: server.key, algorithm: 'hmac-sha256' },
    ...change,
  }
  const { openResolver } = server
  const ways = { ...environment, warn: (sentence: string) => warnings.push(sentence), openResolver }
  return { records: openDnsRecords(settings, ways), environment, warnings }
}

for (const algorithm of ['hmac-sha256', 'hmac-sha512'] as const) {
  test(`with ${algorithm} two values stand side by side, each goes alone, and doing it twice changes nothing`, async (t) => {
    const opened = await openRecords(t, { algorithm }, { algorithm })
    if (!opened) return
    const { records, server, warnings } = opened
    await records.set(NAME, 'first')
    await records.set(NAME, 'first')
    await records.set(NAME, 'second')
    t.deepEqual(await server.texts(NAME), ['first', 'second'])
    await records.remove(NAME, 'first')
    await records.remove(NAME, 'first')
    t.deepEqual(await server.texts(NAME), ['second'])
    await records.remove(NAME, 'second')
    t.deepEqual(await server.texts(NAME), [])
    t.deepEqual(warnings, [])
  })
}

test('a record that nsupdate has set is removed, and nsupdate removes what was set here', async (t) => {
  const nsupdate = findProgram(t, 'nsupdate', 'bind9-dnsutils')
  const opened = nsupdate === undefined ? undefined : await openRecords(t)
  if (nsupdate === undefined || !opened) return
  const { records, server } = opened
  const update = async (line: string) => {
    const child = spawn(nsupdate, ['-y', `hmac-sha256:${server.keyName}:${server.key}`], {
      stdio: ['pipe', 'ignore', 'pipe'],
    })
    child.stdin.end(`server 127.0.0.1 ${server.port}\n${line}\nsend\n`)
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
    t.is(code, 0, said)
  }
  await update(`update add ${NAME} 60 TXT "theirs"`)
  await records.set(NAME, 'ours')
  await records.remove(NAME, 'theirs')
  t.deepEqual(await server.texts(NAME), ['ours'])
  await update(`update delete ${NAME} TXT "ours"`)
  t.deepEqual(await server.texts(NAME), [])
})

test('the zone is the one nearest to the name', async (t) => {
  const opened = await openRecords(t, {}, { zones: ['example.test', 'music.example.test'] })
  if (!opened) return
  const { records, server } = opened
  await records.set('_acme-challenge.music.example.test', 'deep')
  await records.set('_acme-challenge.a.b.example.test', 'far')
  t.deepEqual(await server.texts('_acme-challenge.music.example.test'), ['deep'])
  t.deepEqual(await server.texts('_acme-challenge.a.b.example.test'), ['far'])
})

test('a zone that this server does not have is named, with what to look at', async (t) => {
  const opened = await openRecords(t)
  if (!opened) return
  await t.throwsAsync(opened.records.set('_acme-challenge.elsewhere.test', 'x'), {
    code: 'dns_failed',
    message: /answered the zone of _acme-challenge\.elsewhere\.test with REFUSED\. Does it have the zone/,
  })
})

test('another key, another name and another algorithm are told apart', async (t) => {
  const server = await startNameServer(t)
  if (!server) return
  const key = Buffer.alloc(32, 7).toString('base64')
  const wrong = [
    [{ key }, /it has another key under the name skillgate \(BADSIG\)\. Put the same base64/],
    [{ key_name: 'other' }, /it knows no key other of hmac-sha256 \(BADKEY\)\. Are dns\.key_name/],
    [{ algorithm: 'hmac-sha512' }, /it knows no key skillgate of hmac-sha512 \(BADKEY\)/],
  ] as const
  for (const [change, message] of wrong) {
    const error = await t.throwsAsync(recordsAt(server, change).records.set(NAME, 'x'), { code: 'dns_failed', message })
    t.false(error?.message.includes(change && 'key' in change ? change.key : server.key))
  }
  t.deepEqual(await server.texts(NAME), [])
})

test('a clock that is an hour off is told, with by how much', async (t) => {
  const opened = await openRecords(t)
  if (!opened) return
  opened.environment.setClock(3_600_000)
  const error = await t.throwsAsync(opened.records.set(NAME, 'x'), { code: 'dns_failed', message: /BADTIME/ })
  const [, apart] = /are (\d+) s apart/.exec(error?.message ?? '') ?? []
  // However long the server takes.
  t.true(Number(apart) > 3500 && Number(apart) <= 3602, error?.message)
})

test('what the policy of the server does not allow is refused, with the line that would allow it', async (t) => {
  const opened = await openRecords(t, {}, { policy: 'update-policy { grant skillgate name ns.example.test. A; };' })
  if (!opened) return
  await t.throwsAsync(opened.records.set(NAME, 'x'), {
    message: /with REFUSED\. Allow the key .*grant skillgate name _acme-challenge\.example\.test\. TXT/,
  })
})

test('the line that the message for a refusal gives does allow it', async (t) => {
  const opened = await openRecords(
    t,
    {},
    { policy: 'update-policy { grant skillgate name _acme-challenge.example.test. TXT; };' },
  )
  if (!opened) return
  await t.notThrowsAsync(opened.records.set('_acme-challenge.example.test', 'x'))
})

test('a key that is no base64 is refused before anybody is asked', async (t) => {
  const server = { port: 1, keyName: 'skillgate', key: 'not a key' } as TestNameServer
  t.throws(() => recordsAt(server, {}), { code: 'dns_failed', message: /dns\.key is no key in base64.*tsig-keygen/ })
})

test('where nobody answers, the reason and what to look at are told', async (t) => {
  const server = {
    port: await freePort(),
    keyName: 'skillgate',
    key: Buffer.alloc(32).toString('base64'),
  } as TestNameServer
  await t.throwsAsync(recordsAt(server, {}).records.set(NAME, 'x'), {
    message: /can't be reached \(ECONNREFUSED\)\. Is dns\.server right/,
  })
})

test('where UDP brings only a part of the answer, TCP brings all of it', async (t) => {
  const server = await startNameServer(t)
  if (!server) return
  // Answers each datagram as a server does that has too much to say.
  const udp = createSocket('udp4')
  udp.bind(0, '127.0.0.1')
  await once(udp, 'listening')
  t.teardown(() => udp.close())
  let datagrams = 0
  udp.on('message', (bytes, { port, address }) => {
    datagrams++
    const header = Buffer.alloc(12)
    bytes.copy(header, 0, 0, 4)
    header.writeUInt16BE(header.readUInt16BE(2) | 0x8200, 2)
    udp.send(header, port, address)
  })
  const { port } = udp.address()
  const tcp = createServer((socket) => {
    const there = connect(server.port, '127.0.0.1')
    for (const one of [socket, there]) one.on('error', () => {})
    socket.pipe(there).pipe(socket)
  })
  tcp.listen(port, '127.0.0.1')
  await once(tcp, 'listening')
  t.teardown(() => tcp.close())
  const { records } = recordsAt(server, { server: `127.0.0.1:${port}` })
  await records.set(NAME, 'by TCP')
  t.deepEqual(await server.texts(NAME), ['by TCP'])
  t.true(datagrams >= 2)
})

test('an answer that somebody else gives, without a signature, is not believed', async (t) => {
  const udp = createSocket('udp4')
  udp.bind(0, '127.0.0.1')
  await once(udp, 'listening')
  t.teardown(() => udp.close())
  udp.on('message', (bytes, { port, address }) => {
    const answer = Buffer.alloc(12)
    bytes.copy(answer, 0, 0, 4)
    answer.writeUInt16BE(answer.readUInt16BE(2) | 0x8000, 2)
    udp.send(answer, port, address)
  })
  const key = Buffer.alloc(32, 1).toString('base64')
  const server = { port: udp.address().port, keyName: 'skillgate', key } as TestNameServer
  await t.throwsAsync(recordsAt(server, {}).records.set(NAME, 'x'), { message: /is not signed\. Does it have the key/ })
})

test('an answer that was changed on its way is not believed', async (t) => {
  const server = await startNameServer(t)
  if (!server) return
  const [udp, there] = [createSocket('udp4'), createSocket('udp4')]
  udp.bind(0, '127.0.0.1')
  await once(udp, 'listening')
  t.teardown(() => [udp.close(), there.close()])
  udp.on('message', (bytes, { port, address }) => {
    there.removeAllListeners('message')
    there.on('message', (answer) => {
      // One bit of the header that says no more than that the server is the zone's own.
      answer[2] = (answer[2] ?? 0) ^ 0x04
      udp.send(answer, port, address)
    })
    there.send(bytes, server.port, '127.0.0.1')
  })
  const { records } = recordsAt(server, { server: `127.0.0.1:${udp.address().port}` })
  await t.throwsAsync(records.set(NAME, 'x'), { message: /is signed by somebody else\. Does it have the key/ })
})
