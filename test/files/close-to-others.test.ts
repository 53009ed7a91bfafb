import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { closeToOthers } from '../../src/files/close-to-others.ts'
import { mountSmallDisk } from '../faults/small-disk.ts'
import { folderForAll, mayBecomeAnother, NOBODY, runAs } from '../support/other-account.ts'

const MODULE = new URL('../../src/files/close-to-others.ts', import.meta.url)

const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8)

test('71. a secret file of our own that is open to others is closed, and that is said', (t) => {
  const path = join(folderForAll(t), 'a.secret')
  writeFileSync(path, '')
  for (const mode of [0o644, 0o640, 0o666, 0o620, 0o604]) {
    chmodSync(path, mode)
    t.regex(
      closeToOthers(path) ?? '',
      new RegExp(`^${path} was open to other accounts \\(mode 0${mode.toString(8)}\\)`),
    )
    t.is(modeOf(path), '600')
  }
  for (const mode of [0o600, 0o400]) {
    chmodSync(path, mode)
    t.is(closeToOthers(path), undefined)
    t.is(modeOf(path), mode.toString(8))
  }
  t.is(closeToOthers(`${path}.missing`), undefined)
})

test('71. a folder of our own is closed as a file is', (t) => {
  const folder = join(folderForAll(t), 'data')
  mkdirSync(folder)
  chmodSync(folder, 0o755)
  t.regex(closeToOthers(folder) ?? '', /and is 0700 now/)
  t.is(modeOf(folder), '700')
})

test('71. what is somebody else’s and open to all is refused with the command; a group may be let in by root', async (t) => {
  if (!mayBecomeAnother(t)) return
  const path = join(folderForAll(t), 'a.secret')
  writeFileSync(path, '')
  const asNobody = (mode: number) => {
    chmodSync(path, mode)
    return runAs(
      NOBODY,
      [`import { closeToOthers } from '${MODULE}'`],
      `try { console.log(closeToOthers(${JSON.stringify(path)}) ?? 'fine') } catch (error) { console.log(error.name, error.message) }`,
    )
  }
  t.regex(
    await asNobody(0o644),
    /^StorageError \S+ is open to other accounts \(mode 0644\) and belongs to root, while this runs as nobody.* sudo chmod 0640 \S+ && sudo chown nobody /,
  )
  t.is(modeOf(path), '644')
  t.regex(await asNobody(0o660), /^StorageError/)
  t.is(await asNobody(0o640), 'fine\n')
  chownSync(path, 0, NOBODY)
  t.is(closeToOthers(path), undefined, 'and a command that root runs leaves it so')
  t.is(modeOf(path), '640')
})

test('what is open on a file system that is only read, such as /ssl of Home Assistant’s add-ons, is said and no refusal', (t) => {
  if (!mayBecomeAnother(t)) return
  const folder = join(folderForAll(t), 'ssl')
  mkdirSync(folder)
  if (!mountSmallDisk(t, folder)) return
  const path = join(folder, 'privkey.pem')
  writeFileSync(path, '', { mode: 0o644 })
  t.is(spawnSync('mount', ['-o', 'remount,ro', folder]).status, 0)
  t.is(
    closeToOthers(path),
    `${path} is open to other accounts (mode 0644), and can't be closed from here, where its file system is only read. Close it where it is written:  chmod 0600 ${path}`,
  )
  t.is(modeOf(path), '644')
})
