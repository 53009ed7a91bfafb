import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { restart } from '../../../../src/app/doctor/house/restart.ts'
import { lossAt, mountOf } from '../../../../src/app/doctor/house/volatile-place.ts'
import { startTestHouse } from '../../../support/gateway.ts'
import { look, patientIn, patientWith } from '../../../support/house-patient.ts'

const GOOD = 'good: What is written into the database is there for who opens it anew.'

/** As the kernel writes it. */
const mountinfo = (type: string, point: string) =>
  [
    '21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw',
    '22 21 0:5 / /proc rw,nosuid - proc proc rw',
    `23 21 0:40 / ${point} rw,relatime master:7 - ${type} ${type} rw`,
    '',
  ].join('\n')

test('what is written is there for who opens it anew, and nothing of it stays', async (t) => {
  const house = await startTestHouse(t)
  t.deepEqual(await look(restart, patientIn(house)), [GOOD])
  t.deepEqual((await house.prepared.store.list('access', '', undefined, 10)).entries, [])
})

test('before the first start there is nothing to look at, and nothing is made', async (t) => {
  const { patient } = patientWith(t, () => {})
  t.regex((await look(restart, patient)).join(), /^unseen: There is no database/)
  t.regex((await look(restart, patient)).join(), /^unseen: There is no database/)
})

test('a data_dir in memory, or in a container without a volume, is to be kept in mind', async (t) => {
  const house = await startTestHouse(t)
  const patient = patientIn(house)
  for (const [type, why] of [
    ['tmpfs', /is on a tmpfs, mounted at \S+: in memory/],
    ['overlay', /is on a overlay, mounted at \S+: in the container itself/],
  ] as const) {
    const system = () => mountinfo(type, patient.config.data_dir)
    const [first, second] = await restart.look({ ...patient, system })
    t.is(first?.verdict, 'good')
    t.is(second?.verdict, 'attention')
    t.regex(second?.found ?? '', why)
  }
  const system = () => mountinfo('ext4', patient.config.data_dir)
  t.deepEqual(await look(restart, { ...patient, system }), [GOOD])
})

test('the deepest mount above a path counts, the latest of two at one place, and spaces are read', (t) => {
  const text = mountinfo('tmpfs', '/srv/my\\040data')
  t.deepEqual(mountOf('/srv/my data/skillgate', text), { point: '/srv/my data', type: 'tmpfs' })
  t.deepEqual(mountOf('/srv/my data', text), { point: '/srv/my data', type: 'tmpfs' })
  t.deepEqual(mountOf('/srv/my database', text), { point: '/', type: 'ext4' })
  const twice = `${text}24 23 8:2 / /srv/my\\040data rw - btrfs /dev/sdb rw\n`
  t.deepEqual(mountOf('/srv/my data/x', twice), { point: '/srv/my data', type: 'btrfs' })
  t.is(mountOf('/x', 'no such table'), undefined)
  t.is(lossAt({ point: '/', type: 'btrfs' }), undefined)
  t.is(lossAt({ point: '/', type: 'constructor' }), undefined)
})

test('a database that can not be used is a fault in the words of a start', async (t) => {
  const { patient, folder } = patientWith(t, () => {})
  writeFileSync(join(folder, 'data', 'skillgate.db'), 'this is no database')
  const [found] = await restart.look(patient)
  t.is(found?.verdict, 'fault')
  t.regex(found?.found ?? '', /skillgate\.db/)
  const { patient: other, folder: second } = patientWith(t, () => {})
  mkdirSync(join(second, 'data', 'skillgate.db'))
  t.is((await restart.look(other))[0]?.verdict, 'fault')
})
