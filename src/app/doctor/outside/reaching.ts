import { once } from 'node:events'
import { connectTo } from '../../../net/connect-to.ts'
import { ownAddresses } from '../../../net/own-addresses.ts'
import { hereFor, isAnnounced } from '../../listening/is-announced.ts'
import { askGateway } from '../../process/control-socket.ts'
import { StartError } from '../../start-error.ts'
import type { Examination, Patient } from '../examination.ts'
import { askPublic } from './ask-public.ts'
import { findingsOf, type Judged } from './judged.ts'
import { lastServed } from './last-served.ts'
import { type Place, pathTo, shown } from './public-host.ts'
import { placeHere, type Reach, reachOf } from './reach.ts'
import type { Handshake } from './shake-hands.ts'

/** What is known of the way to the gateway. */
export interface ReachFacts {
  publicUrl: string
  reach: Reach
  /** Where the gateway listens on this machine; nowhere, or not to be told. */
  local: { kind: 'listens' | 'silent'; port: number; isPlain?: boolean } | { kind: 'unknown' }
  /** When Amazon's servers last got tokens from outside, if that was lately: no better proof that they get here. */
  servedAt?: string | undefined
  /** Where all else is looked at, as it can't be reached by the public URL. */
  instead?: Place | undefined
  /** Whose answer it is at the public URL. */
  whose: 'this' | 'another' | 'unknown'
  /** Whether nothing stands between here and there: an address of this machine, or one that was named. */
  isDirect: (place: Place) => boolean
}

/** Whether the public URL leads to this gateway, or where it ends. */
export const REACHING: Examination = {
  id: 'reaching',
  title: 'Reaching it',
  isLocal: false,
  async look(patient) {
    const { config, ways } = patient
    const reach = await reachOf(patient)
    const own = ownAddresses()
    const isDirect = ({ host }: Place) => ways.connectTo !== undefined || own.includes(host)
    const running = await askRunning(patient)
    const local = await lookLocally(patient, running?.https)
    const whose = await askWhose(patient, reach, running?.nonce)
    const servedAt = lastServed(patient)
    const instead = await placeHere(patient, reach)
    return findingsOf(
      'reaching',
      judgeReach({ publicUrl: config.public_url, reach, local, whose, servedAt, instead, isDirect }),
    )
  },
}

async function askRunning({ config }: Patient) {
  try {
    return (await askGateway(config.data_dir, 'examine')).examinable
  } catch (error) {
    if (error instanceof StartError) return undefined
    throw error
  }
}

const LOCAL_TIMEOUT_MS = 2000

async function lookLocally({ config }: Patient, known: number | undefined): Promise<ReachFacts['local']> {
  const { host, port: configured } = config.listen.https ?? config.listen.plain ?? { host: '', port: 0 }
  const port = known ?? configured
  const isPlain = config.listen.https === undefined
  if (port === 0) return { kind: 'unknown' }
  const place = { host: hereFor(host), port }
  const socket = connectTo(place, isAnnounced(config, place))
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(LOCAL_TIMEOUT_MS) })
    return { kind: 'listens', port, isPlain }
  } catch {
    return { kind: 'silent', port, isPlain }
  } finally {
    socket.destroy()
  }
}

/** Only the gateway that gave the nonce out takes it. */
async function askWhose(patient: Patient, reach: Reach, nonce: string | undefined): Promise<ReachFacts['whose']> {
  const done = reach.kind === 'tried' ? reach.tries.find(({ handshake }) => handshake.kind === 'done') : undefined
  if (!done || nonce === undefined) return 'unknown'
  const call = { method: 'POST', path: `${pathTo(patient, 'echo')}?${nonce}`, body: 'a=b' } as const
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' }
  const answer = await askPublic(patient, done.place, { ...call, headers }).catch(() => undefined)
  if (!answer) return 'unknown'
  return answer.status === 200 && answer.text.includes('"sha256"') ? 'this' : 'another'
}

export function judgeReach(facts: ReachFacts): Judged[] {
  const { publicUrl, reach, local, whose } = facts
  const silent = local.kind === 'silent' ? [notListening(local.port)] : []
  if (reach.kind === 'dns-failed')
    return [...silent, { verdict: 'unseen', found: `nobody could be asked where ${publicUrl} leads: ${reach.why}.` }]
  if (reach.kind === 'no-address') {
    const found = `${publicUrl} leads nowhere, for its name has no address (see "Name and address").`
    return [...silent, { verdict: 'unseen', found }]
  }
  const failed = reach.tries.flatMap(({ place, handshake }) =>
    handshake.kind === 'done' ? [] : [notReached(facts, place, handshake)],
  )
  if (failed.length === reach.tries.length) return [...silent, ...failed, ...lookedInstead(facts)]
  const reached = reach.tries.find(({ handshake }) => handshake.kind === 'done')
  const at = failed.length > 0 && reached ? ` at ${shown(reached.place)}` : ''
  return [...(whose === 'this' ? [] : silent), ...failed, answered(facts, at)]
}

/** @param at where, if not everywhere. */
function answered({ publicUrl, local, whose }: ReachFacts, at: string): Judged {
  if (whose === 'this') return { verdict: 'good', found: `${publicUrl} leads to this gateway${at}.` }
  if (whose === 'unknown') {
    return {
      verdict: 'good',
      found: `${publicUrl} answers${at}; whether it is this gateway can be told only where it runs, by the user that runs it.`,
    }
  }
  return {
    verdict: 'fault',
    found: `${publicUrl} is answered${at} by something else than this gateway: the router's own page, another machine, or a proxy that does not pass it on.`,
    needs: `that port 443 leads to ${whereTo(local)}.`,
    remedy: `forward port 443 of the router to ${whereTo(local)}, and have the proxy in front, if there is one, pass all paths on.`,
  }
}

function lookedInstead({ instead }: ReachFacts): Judged[] {
  if (!instead) return []
  return [{ verdict: 'good', found: `all else is looked at on this machine itself, at ${shown(instead)}.` }]
}

function notListening(port: number): Judged {
  return {
    verdict: 'fault',
    found: `nothing listens on port ${port} of this machine.`,
    needs: 'a gateway that runs.',
    remedy: 'start it:  npx skillgate start',
  }
}

function notReached(facts: ReachFacts, place: Place, handshake: Exclude<Handshake, { kind: 'done' }>): Judged {
  const { local, isDirect, servedAt } = facts
  const at = shown(place)
  if (handshake.kind === 'no-handshake') {
    return {
      verdict: 'fault',
      found: `${at} takes connections, but no TLS: ${handshake.why}.`,
      needs: 'TLS for this name on port 443.',
      remedy:
        'does 443 lead to a plain port? Forward it to the port of listen.https. If it does: is there a certificate for this name yet?  npx skillgate cert',
    }
  }
  if (isDirect(place)) {
    return {
      verdict: 'fault',
      found: `${at} can't be reached: ${handshake.why}.`,
      needs: 'that port 443 leads to the gateway.',
      remedy:
        'is that where it listens, and does the firewall of this machine let it in (sudo ufw status, sudo nft list ruleset)?',
    }
  }
  if (servedAt !== undefined) {
    return {
      verdict: 'good',
      found: `Amazon's servers got tokens here (${servedAt}), so that it is reached from outside; ${at} can't be reached from here, as the router does not let its own network in that way.`,
    }
  }
  return {
    verdict: 'unseen',
    found: `${at} can't be reached from here: ${handshake.why}. ${HAIRPIN[handshake.kind]}`,
    needs: `that the router forwards its port 443 to ${whereTo(local)}.`,
    remedy:
      `set that up in the router (TCP, 443 outside, to ${whereTo(local)}); then open ${facts.publicUrl}/health on a phone ` +
      'with Wi-Fi switched off. If that works, it is only the way back that this router lacks:  npx skillgate doctor --through ' +
      throughTo(local),
  }
}

const HAIRPIN: Record<'refused' | 'timed-out' | 'unreachable', string> = {
  refused: 'Either 443 is not forwarded, or the router does not let its own network in by the address outside.',
  'timed-out':
    'Either 443 is not forwarded or blocked by the provider, or the router does not let its own network in by the address outside.',
  unreachable: 'Is this machine connected?',
}

function whereTo(local: ReachFacts['local']): string {
  if (local.kind === 'unknown') return 'this machine'
  return local.isPlain ? 'the proxy in front of the gateway' : `this machine, port ${local.port}`
}

/** With `tls: none` only the proxy in front speaks TLS. */
function throughTo(local: ReachFacts['local']): string {
  if (local.kind === 'unknown') return '127.0.0.1:PORT'
  return local.isPlain ? 'PROXY:443 (the address of your proxy)' : `127.0.0.1:${local.port}`
}
