import type { DnsWays } from '../../certificates/acme/dns/dns-ways.ts'
import { openDnsRecords } from '../../certificates/acme/dns/open-dns-records.ts'
import { OrderError, type OrderWays } from '../../certificates/acme/order.ts'
import type { Environment } from '../../config/environment.ts'
import type { Address, Config } from '../../config/schema.ts'
import type { TlsSource } from '../../config/tls-sources.ts'
import { askGateway, isRunning } from '../process/control-socket.ts'
import { answerChallengesHere } from './answer-challenges-here.ts'
import { dnsWithSecrets } from './dns-with-secrets.ts'
import type { LentChallenge } from './lend-challenges.ts'

/** Shows a CA what it looks for, for as long as an order takes. */
export interface Answering {
  ways: Omit<OrderWays, 'tell'>
  close: () => Promise<void>
}

export interface AnsweringTools {
  environment: Environment
  /** Tells the person at the terminal who answers the CA. */
  tell: (sentence: string) => void
  dnsWays?: Partial<DnsWays> | undefined
}

/**
 * Who answers a CA that a command of another process asks: the running gateway, which has the ports; where none runs, the
 * command itself; or the DNS.
 * @throws OrderError, StartError; an error of Node's, when an address can't be listened on.
 */
export async function openAnswering(
  { data_dir, listen }: Config,
  { challenge, dns }: Extract<TlsSource, { source: 'acme' }>,
  { environment, tell, dnsWays }: AnsweringTools,
): Promise<Answering> {
  if (challenge === 'dns-01') {
    if (!dns) throw new OrderError('Nobody is there who puts records into the DNS: say who in "tls.dns".')
    const ways = { ...environment, warn: tell, ...dnsWays }
    return { ways: { dns: openDnsRecords(await dnsWithSecrets(dns), ways) }, close: async () => {} }
  }
  if (await isRunning(data_dir)) {
    tell('The gateway that runs shows the CA what it looks for.')
    return { ways: waysThroughGateway(data_dir), close: async () => {} }
  }
  // The configuration has been checked: where the challenge needs it, it is there.
  const { host, port } = (challenge === 'http-01' ? listen.http : listen.https) as Address
  tell(`No gateway runs here, so this command itself listens at ${host}:${port}.`)
  return answerChallengesHere({ host, port }, challenge, environment)
}

function waysThroughGateway(dataDirectory: string): Answering['ways'] {
  async function say(lent: LentChallenge): Promise<void> {
    const { ok, lines } = await askGateway(dataDirectory, 'challenge', JSON.stringify(lent))
    if (!ok) throw new OrderError(lines.join(' '))
  }
  return {
    putHttp: (key, keyAuthorization) => say({ type: 'http-01', key, keyAuthorization }),
    removeHttp: (key) => say({ type: 'http-01', key }),
    putAlpn: (key, keyAuthorization) => say({ type: 'tls-alpn-01', key, keyAuthorization }),
    removeAlpn: (key) => say({ type: 'tls-alpn-01', key }),
  }
}
