import { existsSync } from 'node:fs'
import { openDeviceCa } from '../../certificates/devices/device-ca.ts'
import { makeDevice } from '../../certificates/devices/make-device.ts'
import { dayOf } from '../../certificates/server-certificate.ts'
import type { Config } from '../../config/schema.ts'
import { writeWholeFile } from '../../files/write-whole-file.ts'
import type { Store } from '../../store/store.ts'
import { codeToType } from '../../users/code-to-type.ts'
import { addDevice, DEVICE_NAME_FORM, deviceName, listDevices, removeDevice } from '../../users/devices.ts'
import { requireUser } from '../../users/users.ts'
import { CommandError } from '../command-error.ts'
import { table } from '../table.ts'
import { withStore } from '../with-store.ts'
import type { CommandOptions, World } from '../world.ts'

const USAGE = 'skillgate cert device NAME [FILE] --user USER, or skillgate cert device remove NAME'

/** `skillgate cert device NAME [FILE] --user USER`: a certificate for somebody's own device; `remove NAME` ends it. */
export async function certDevice(world: World, options: CommandOptions, ...words: string[]): Promise<number> {
  const [first, second, ...more] = words
  if (first === 'remove') {
    if (second === undefined || more.length > 0) throw new CommandError(`Say which: ${USAGE}`)
    return remove(world, requireName(second))
  }
  if (first === undefined || more.length > 0) throw new CommandError(`Say which: ${USAGE}`)
  if (options.user === undefined) throw new CommandError(`Say whose it is: skillgate cert device ${first} --user USER`)
  return make(world, requireName(first), options.user, second)
}

/** `skillgate cert devices`: which devices have a certificate. */
export async function certDevices(world: World): Promise<number> {
  return withStore(world, async ({ store }) => {
    const rows = (await listDevices(store)).map(({ name, userName, issuedAt, expiresAt, serial }) => {
      const until = dayOf(expiresAt)
      return [name, userName, dayOf(issuedAt), expiresAt <= world.now() ? `${until}, expired` : until, serial]
    })
    if (rows.length > 0) for (const line of table(HEADINGS, rows)) world.print(line)
    else world.print('No device has a certificate. Make one:  skillgate cert device NAME --user USER')
  })
}

const HEADINGS = ['NAME', 'USER', 'SINCE', 'UNTIL', 'SERIAL NUMBER']

/** So many letters are 86 bits: whoever gets hold of the file alone doesn't get in. */
const PASSWORD_LETTERS = 20

function make(world: World, name: string, userName: string, path = `${name}.p12`): Promise<number> {
  const { now, randomBytes } = world
  return withStore(world, async ({ config, store, audit }) => {
    const user = await requireUser(store, userName)
    await requireFree(store, config, name)
    if (existsSync(path)) throw new CommandError(`There is a file ${path} already: move it away first.`)
    const host = new URL(config.public_url).hostname
    const ca = await openDeviceCa({ directory: config.data_dir, host, now: now(), randomBytes })
    const password = codeToType(world, PASSWORD_LETTERS).replace(/.{5}(?=.)/g, '$&-')
    const { file, ...made } = await makeDevice(ca, { name, password, now: now(), randomBytes })
    const device = { name, userName: user.name, userId: user.id, issuedAt: now(), ...made }
    if (!(await addDevice(store, device))) throw taken(name)
    try {
      await writeWholeFile({ path, text: file, mode: 0o600, randomBytes })
    } catch (error) {
      await removeDevice(store, name)
      throw error
    }
    audit({ event: 'device_added', user: user.name, client: name, detail: `until ${dayOf(made.expiresAt)}` })
    world.print(`${path} lets this device in as ${user.name} until ${dayOf(made.expiresAt)}.`)
    world.print(`Its password, which is never shown again:  ${password}`)
    for (const line of HOW_TO) world.print(line)
    if (!config.routes.some(({ auth }) => auth === 'mtls'))
      world.print('No route asks for one yet: gateway.yaml needs one with auth: mtls and a host of its own.')
  })
}

const HOW_TO = [
  'Bring the file to the device, install it there with the password, and remove it here:',
  '  iPhone, iPad   open it in Files or Mail, then Settings > Profile Downloaded > Install',
  '  Android        Settings > Security > Install a certificate > VPN and app user certificate',
  '  Windows, Mac   open it with a double click; Firefox has its own list: Settings > Certificates > Import',
  'If the device is lost:  skillgate cert device remove NAME',
]

function remove(world: World, name: string): Promise<number> {
  return withStore(world, async ({ store, audit }) => {
    const removed = await removeDevice(store, name)
    if (!removed) throw new CommandError(`There is no device ${name}. "skillgate cert devices" shows which there are.`)
    audit({ event: 'device_removed', user: removed.userName, client: name, detail: 'by the command' })
    world.print(`The certificate of ${name} is good for nothing any more, and what it had open ends now.`)
  })
}

function requireName(typed: string): string {
  const name = deviceName(typed)
  if (name === undefined || name === 'remove')
    throw new CommandError(`The name of a device is ${DEVICE_NAME_FORM}, and not "remove"; "${typed}" can't be one.`)
  return name
}

/** It goes to upstreams where the id of a client would be, so that it must not be one. */
async function requireFree(store: Store, { oauth }: Config, name: string): Promise<void> {
  if (await store.get('device-certificate', name)) throw taken(name)
  if (oauth.clients.some(({ id }) => id.toLowerCase() === name) || (await store.get('client', name)))
    throw new CommandError(`A client is called ${name}: choose another name for the device.`)
}

function taken(name: string): CommandError {
  return new CommandError(
    `There is a device ${name} already. Choose another name, or end that one:  skillgate cert device remove ${name}`,
  )
}
