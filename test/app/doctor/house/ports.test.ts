import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import test from 'ava'
import { listeningInodes, ownerOf } from '../../../../src/app/doctor/house/port-owner.ts'
import { judge, ports, type TriedPort } from '../../../../src/app/doctor/house/ports.ts'
import { type ControlCommands, openControl } from '../../../../src/app/process/control-socket.ts'
import { freePort } from '../../../support/free-port.ts'
import { startTestHouse } from '../../../support/gateway.ts'
import { look, patientIn, patientWith } from '../../../support/house-patient.ts'
import { listenUntilEnd } from '../../../support/listen-until-end.ts'

const readSystem = (path: string) => readFileSync(path, 'utf8')

test('ports that are free are good', async (t) => {
  const port = await freePort()
  const { patient } = patientWith(t, (config) => Object.assign(config.listen, { https: `127.0.0.1:${port}` }))
  t.deepEqual(await look(ports, patient), [`good: 127.0.0.1:${port} (https) is free.`])
  const { patient: any } = patientWith(t, () => {})
  t.deepEqual(await look(ports, any), ['good: Any free port will do.'])
})

test('one that somebody else has is a fault, and names them where the machine tells', async (t) => {
  const port = await listenUntilEnd(t, createServer())
  const { patient } = patientWith(t, (config) => Object.assign(config.listen, { https: `127.0.0.1:${port}` }))
  const [silent] = await ports.look(patient)
  t.like(silent, { verdict: 'fault', found: `another program listens on 127.0.0.1:${port} (https) already.` })
  t.regex(silent?.remedy ?? '', /sudo ss -ltnp/)
  const [telling] = await ports.look({ ...patient, system: readSystem })
  t.is(telling?.verdict, 'fault')
  t.regex(telling?.found ?? '', new RegExp(`\\(process ${process.pid}\\) listens on 127\\.0\\.0\\.1:${port}`))
  t.regex(telling?.remedy ?? '', new RegExp(`ps -fp ${process.pid}$`))
})

test('one that the running gateway has is good', async (t) => {
  const port = await freePort()
  const house = await startTestHouse(t, (config) => Object.assign(config.listen, { https: `127.0.0.1:${port}` }))
  const patient = patientIn(house)
  t.is((await ports.look(patient))[0]?.verdict, 'fault', 'nobody runs on that folder, as far as its socket tells')
  const commands = { reload: () => Promise.reject(new Error('nobody reloads')) } as unknown as ControlCommands
  t.teardown(
    await openControl(patient.config.data_dir, commands, { warn: (detail: unknown) => t.fail(String(detail)) }),
  )
  const expected = [`good: The running gateway has 127.0.0.1:${port} (https).`]
  t.deepEqual((await look(ports, patient)).slice(0, 1), expected)
  t.deepEqual((await look(ports, { ...patient, system: readSystem })).slice(0, 1), expected)
})

test('another program on a port of a gateway that runs elsewhere is a fault, and so to keep in mind is a port without it', (t) => {
  t.is(judge({ ...TRIED, code: 'EADDRINUSE', runs: true }).verdict, 'good')
  t.is(judge({ ...TRIED, code: 'EADDRINUSE', runs: true, owner: { pid: 7, name: 'MainThread' } }).verdict, 'good')
  t.is(judge({ ...TRIED, code: 'EADDRINUSE', runs: true, owner: { pid: 7, name: 'nginx' } }).verdict, 'fault')
  t.is(judge({ ...TRIED, code: undefined, runs: true }).verdict, 'attention')
})

const TRIED: TriedPort = {
  kind: 'https',
  address: { host: '0.0.0.0', port: 443 },
  code: undefined,
  runs: false,
  owner: undefined,
}

test('one that may not be bound says how it may, for each way of running', (t) => {
  for (const code of ['EACCES', 'EPERM']) {
    const { verdict, remedy } = judge({ ...TRIED, code })
    t.is(verdict, 'fault')
    for (const way of [
      '8443',
      'AmbientCapabilities=CAP_NET_BIND_SERVICE',
      'setcap',
      '-p 443:8443',
      'authbind',
      'start as root',
    ])
      t.true(remedy?.includes(way), way)
  }
})

test('an address that this machine has not is a fault', async (t) => {
  const { patient } = patientWith(t, (config) => Object.assign(config.listen, { https: '192.0.2.1:8443' }))
  t.deepEqual(await look(ports, patient), ['fault: This machine has no address 192.0.2.1, for 192.0.2.1:8443 (https).'])
  t.is(judge({ ...TRIED, code: 'EMFILE' }).verdict, 'unseen')
})

test('who listens is read from the tables of the kernel, and who is merely connected is not', (t) => {
  const table = [
    '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
    '   0: 0100007F:01BB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000 100 0 0 10 0',
    '   1: 0100007F:01BB 0100007F:C001 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0000 20 4 30 10 -1',
    '   2: 0100007F:11BB 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0000 100 0 0 10 0',
  ].join('\n')
  t.deepEqual(listeningInodes(443, [table, undefined]), ['4711'])
  t.deepEqual(listeningInodes(80, [table]), [])
  t.is(ownerOf([]), undefined)
})
