import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import test, { type ExecutionContext } from 'ava'
import { openKeys } from '../../src/app/data/open-keys.ts'
import { type RotationStep, rotateKey } from '../../src/app/data/rotate-key.ts'
import { keyFile, SealError } from '../../src/secrets/key-file.ts'
import { sealedSecondFactors, spendCode, switchSecondFactorOn } from '../../src/users/second-factor.ts'
import { newTotpSecret } from '../../src/users/totp.ts'
import { addUser, requireUser } from '../../src/users/users.ts'
import { ADA } from '../support/gateway.ts'
import { openTerminal } from '../support/terminal.ts'
import { codeOf } from '../users/people.ts'

const PROGRAM = fileURLToPath(new URL('key-process.ts', import.meta.url))
const LOST = { instanceOf: SealError, message: /lacks a key .* Put it back from a backup\. .*"npx skillgate key new"/ }

/** A database with a user who has a second factor, as after a start. */
async function openHouse(t: ExecutionContext) {
  const terminal = await openTerminal(t)
  const { store, folder, world } = terminal
  const config = { data_dir: join(folder, 'data') }
  const file = keyFile(config.data_dir)
  const open = () => openKeys(config, store, world)
  await addUser(store, world, ADA)
  const tools = { store, sealer: await open(), ...world }
  const secret = newTotpSecret(world)
  await switchSecondFactorOn(tools, ADA.name, secret, codeOf(secret, { environment: world }))
  /** Whether a code of the authenticator signs in. */
  async function signsIn(): Promise<boolean> {
    terminal.advance(60_000)
    const code = codeOf(secret, { environment: world })
    const spent = await spendCode({ store, sealer: await open(), ...world }, await requireUser(store, ADA.name), code)
    return spent?.kind === 'totp'
  }
  const lines = () => readFileSync(file, 'utf8').trim().split('\n')
  return { ...terminal, config, file, open, signsIn, lines }
}

test('71. after a rotation a new key seals, earlier ones stay, nobody is signed out, and second factors go on working', async (t) => {
  const { type, store, lines, signsIn, events } = await openHouse(t)
  const { sessionEpoch } = await requireUser(store, ADA.name)
  const [first] = lines()
  t.deepEqual((await type('key rotate')).slice(1), [
    '1 second factor was sealed anew. Nobody is signed out.',
    'Make a new backup: an earlier one has not got this key.',
  ])
  t.is(lines().length, 2)
  t.is(lines()[1], first)
  t.is((await requireUser(store, ADA.name)).sessionEpoch, sessionEpoch)
  t.true(await signsIn())
  const [newest, earlier] = (await type('key list')).slice(1)
  t.regex(newest!, / {2}1 +seals and opens$/)
  t.regex(earlier!, / {2}0 +opens$/)
  t.true(await signsIn())
  t.is(events().at(-1).event, 'key_changed')
})

test('71. a key file that is gone, or another one, is noticed at the next start, and nothing is made in its place', async (t) => {
  const { open, file, type } = await openHouse(t)
  renameSync(file, `${file}.away`)
  await t.throwsAsync(open, LOST)
  await t.throwsAsync(type('key rotate'), LOST)
  t.throws(() => readFileSync(file), { code: 'ENOENT' })
  writeFileSync(file, `${'x'.repeat(43)}\n`, { mode: 0o600 })
  await t.throwsAsync(open, LOST)
  copyFileSync(`${file}.away`, file)
  await t.notThrowsAsync(open)
})

test('71. an earlier key that is gone is noticed as well', async (t) => {
  const { open, file, type, lines } = await openHouse(t)
  await type('key rotate')
  const both = readFileSync(file)
  writeFileSync(file, `${lines()[0]}\n`)
  await t.throwsAsync(open, LOST)
  writeFileSync(file, both)
  await t.notThrowsAsync(open)
})

test('71. in a database of before its keys had names, a missing key is noticed by what it sealed', async (t) => {
  const { open, file, store } = await openHouse(t)
  for (const { id } of (await store.list('key', '', undefined, 10)).entries) await store.delete('key', id)
  const key = readFileSync(file)
  rmSync(file)
  await t.throwsAsync(open, LOST)
  writeFileSync(file, key)
  await t.notThrowsAsync(open)
})

test('71. with a new key in place of a lost one the start goes on, and who has to do something is named', async (t) => {
  const { type, open, file, signsIn, store } = await openHouse(t)
  await t.throwsAsync(type('key new'), { message: /No key is lost\. .*npx skillgate key rotate$/ })
  rmSync(file)
  const said = await type('key new')
  t.is(said.at(-1), '  npx skillgate user totp ada')
  await t.notThrowsAsync(open)
  await t.throwsAsync(signsIn, { instanceOf: SealError })
  t.is((await sealedSecondFactors(store)).length, 1)
  await t.throwsAsync(type('key new'), { message: /No key is lost/ })
})

test('71. of two rotations at once one is told to wait, and every key stays', async (t) => {
  const { file, store, world, open, lines, signsIn } = await openHouse(t)
  const rotate = async () => rotateKey({ file, store, sealer: await open(), environment: world })
  const outcomes = await Promise.all([rotate(), rotate(), rotate()])
  t.is(outcomes.filter((outcome) => outcome !== undefined).length, 1)
  t.is(lines().length, 2)
  t.not(await rotate(), undefined)
  t.is(lines().length, 3)
  t.true(await signsIn())
})

const STEPS: RotationStep[] = ['claimed', 'added', 'remembered', 'sealed']
for (const step of STEPS) {
  test(`71. a rotation that is killed when it has ${step} loses nothing, and the next one does what is left`, async (t) => {
    const { config, lines, signsIn, type, advance } = await openHouse(t)
    const child = spawn(process.execPath, [PROGRAM, config.data_dir, step])
    const [, signal] = await once(child, 'close')
    t.is(signal, 'SIGKILL')
    t.is(lines().length, step === 'claimed' ? 1 : 2)
    t.true(await signsIn())
    await t.throwsAsync(type('key rotate'), { message: /Try again in a minute/ })
    advance(3_600_000)
    await type('key rotate')
    t.is(lines().length, step === 'claimed' ? 2 : 3)
    t.true(await signsIn())
    t.regex((await type('key list'))[1]!, / {2}1 +seals and opens$/)
  })
}
