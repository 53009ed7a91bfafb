import { renderUnicodeCompact } from 'uqr'
import { openKeys } from '../../app/data/open-keys.ts'
import { renewRecoveryCodes, switchSecondFactorOff, switchSecondFactorOn } from '../../users/second-factor.ts'
import { newTotpSecret, stepOfCode, totpUri } from '../../users/totp.ts'
import { requireUser } from '../../users/users.ts'
import { type AskLine, askLine } from '../ask-password.ts'
import { CommandError } from '../command-error.ts'
import type { StoreTools } from '../with-store.ts'
import { need } from './user-action.ts'

/** How often a code may be mistyped before the secret that was shown is thrown away. */
const TRIES = 3

/** `skillgate user totp NAME [off]` */
export async function totp(tools: StoreTools, words: string[], ask: AskLine = askLine): Promise<void> {
  const { store, audit, world } = tools
  const { name } = await requireUser(store, need('totp', words[0]))
  if (words[1] === 'off') {
    await switchSecondFactorOff(store, name)
    audit({ event: 'totp_changed', user: name, detail: 'switched off' })
    world.print(`${name} needs only the password now, and is signed out everywhere.`)
    return
  }
  if (words[1] !== undefined) throw new CommandError(`Say either: skillgate user totp ${name}, or ... ${name} off`)
  await switchOn(tools, name, ask)
}

async function switchOn({ store, audit, world, config }: StoreTools, name: string, ask: AskLine): Promise<void> {
  const sealer = await openKeys(config, store, world)
  const secret = newTotpSecret(world)
  const uri = totpUri(secret, new URL(config.public_url).hostname, name)
  world.print(`Scan this with an authenticator app, on the phone of ${name}:\n\n${qrCode(uri)}\n`)
  world.print(`Or type the secret into it:  ${secret.replace(/.{4}(?=.)/g, '$& ')}`)
  world.print(`Or open this there:  ${uri}\n`)

  const code = await askForCode(secret, ask, world)
  const codes = await switchSecondFactorOn({ store, sealer, ...world }, name, secret, code)
  audit({ event: 'totp_changed', user: name, detail: 'switched on' })
  world.print(`From now on ${name} needs a code of the authenticator to sign in, and is signed out everywhere.`)
  printRecoveryCodes(world, codes)
}

async function askForCode(secret: string, ask: AskLine, { now, print }: StoreTools['world']): Promise<string> {
  for (let tries = 1; tries <= TRIES; tries++) {
    const code = await ask('The code that the app shows now: ')
    if (stepOfCode(secret, code, now()) !== undefined) return code
    if (tries < TRIES) print('That is not the code. Try again with the one that it shows now.')
  }
  throw new CommandError(
    'Nothing was changed: the code was not right. If it is what the app shows, then the clock of the phone or of this machine is wrong.',
  )
}

/** `skillgate user recovery NAME` */
export async function recovery({ store, audit, world }: StoreTools, words: string[]): Promise<void> {
  const { name } = await requireUser(store, need('recovery', words[0]))
  const codes = await renewRecoveryCodes(store, world, name)
  audit({ event: 'totp_changed', user: name, detail: 'new recovery codes' })
  world.print(`The earlier recovery codes of ${name} are good no more, and ${name} is signed out everywhere.`)
  printRecoveryCodes(world, codes)
}

function printRecoveryCodes({ print }: StoreTools['world'], codes: string[]): void {
  print(
    'Without the phone, one of these does in its place, each once. Keep them on paper; they are never shown again:\n',
  )
  for (const code of codes) print(`  ${code}`)
}

/** White on black whatever the terminal's own colours are, with the quiet zone that scanners look for. */
function qrCode(text: string): string {
  return renderUnicodeCompact(text, { border: 2 }).replace(/^.*$/gm, '\x1b[97;40m$&\x1b[0m')
}
