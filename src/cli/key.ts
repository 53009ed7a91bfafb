import { lostKeys, openKeys, rememberKeys } from '../app/data/open-keys.ts'
import { rotateKey } from '../app/data/rotate-key.ts'
import { askGateway, isRunning } from '../app/process/control-socket.ts'
import { keyFile } from '../secrets/key-file.ts'
import { openSealer } from '../secrets/seal.ts'
import { sealedSecondFactors } from '../users/second-factor.ts'
import { CommandError } from './command-error.ts'
import { localTime } from './local-time.ts'
import { table } from './table.ts'
import { type StoreTools, withStore } from './with-store.ts'
import type { World } from './world.ts'

/** `skillgate key list`: which keys there are, and what is sealed with each. */
export async function keyList(world: World): Promise<number> {
  return withStore(world, async ({ config, store }) => {
    const sealer = await openKeys(config, store, world)
    const factors = await sealedSecondFactors(store)
    const rows = await Promise.all(
      sealer.names().map(async (name, i) => {
        const since = (await store.get('key', name))?.since
        const count = factors.filter(({ keyName }) => keyName === name).length
        return [
          name,
          since === undefined ? '-' : localTime(since),
          String(count),
          i === 0 ? 'seals and opens' : 'opens',
        ]
      }),
    )
    for (const line of table(['KEY', 'SINCE', 'SECOND FACTORS', 'USE'], rows)) world.print(line)
  })
}

/** `skillgate key rotate`: a new key seals from now on, the earlier ones go on opening. */
export async function keyRotate(world: World): Promise<number> {
  return withStore(world, async ({ config, store, audit }) => {
    const file = keyFile(config.data_dir)
    const sealer = await openKeys(config, store, world)
    const sealed = await rotateKey({ file, store, sealer, environment: world })
    if (sealed === undefined) {
      throw new CommandError(
        'Somebody else is rotating the key, or was cut short within the last minute. Try again in a minute.',
      )
    }
    audit({ event: 'key_changed', detail: `rotated, the newest is ${sealer.names()[0]}` })
    world.print(`A new key is in ${file}, before the earlier ones, which go on opening what they have sealed.`)
    world.print(
      `${sealed === 1 ? '1 second factor was' : `${sealed} second factors were`} sealed anew. Nobody is signed out.`,
    )
    world.print('Make a new backup: an earlier one has not got this key.')
    await tellGateway(config.data_dir, world)
  })
}

/** It opens with the new key at once; only what it derives from one is as old as its site. */
async function tellGateway(dataDirectory: string, { print }: World): Promise<void> {
  if (!(await isRunning(dataDirectory))) return
  const { ok, lines } = await askGateway(dataDirectory, 'reload')
  if (ok) return print('The gateway that runs uses it.')
  print(`The gateway that runs goes on with the earlier one for what rotates, until it is reloaded: ${lines[0]}`)
}

/** `skillgate key new`: another key where one was lost. What the lost one sealed stays unreadable. */
export async function keyNew(world: World): Promise<number> {
  return withStore(world, async (tools) => {
    const { config, store, audit } = tools
    const file = keyFile(config.data_dir)
    const lost = await lostKeys(file, store)
    if (lost.length === 0) {
      throw new CommandError(
        'No key is lost. For another one, with which all stays readable:  npx skillgate key rotate',
      )
    }
    const sealer = await openSealer(file, world)
    // The names that are known come first: without any, what is sealed would tell of the lost one again.
    await rememberKeys(store, sealer, world)
    for (const name of lost) await store.delete('key', name)
    audit({ event: 'key_changed', detail: `${lost.join(', ')} is lost, the newest is ${sealer.names()[0]}` })
    world.print(`${file} is used from now on, without the lost key. Who is signed in, and what is linked, stays so.`)
    await sayWhoIsConcerned(tools, lost)
  })
}

async function sayWhoIsConcerned({ store, world }: StoreTools, lost: string[]): Promise<void> {
  const concerned = (await sealedSecondFactors(store)).filter(({ keyName }) => lost.includes(keyName))
  if (concerned.length === 0) return world.print('Nothing was sealed with it.')
  world.print('These have to set up their second factor anew; until then only a recovery code lets them in:')
  for (const { user } of concerned) world.print(`  npx skillgate user totp ${user.name}`)
}
