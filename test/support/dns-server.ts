import { createSocket } from 'node:dgram'
import { Resolver } from 'node:dns/promises'
import { once } from 'node:events'
import type { ExecutionContext } from 'ava'
import type { OpenResolver } from '../../src/app/doctor/open-ways.ts'
import { groupsOf } from '../../src/net/address-block.ts'

const TYPES: Record<number, 'A' | 'NS' | 'AAAA'> = { 1: 'A', 2: 'NS', 28: 'AAAA' }
/** Answer codes. @see RFC 1035 section 4.1.1 */
const [NO_ERROR, SERVER_FAILURE, NO_SUCH_NAME] = [0, 2, 3]

/** By name, and then by the kind of record; `fails` for a server that knows nothing. */
export type Zone = Record<string, { A?: string[]; AAAA?: string[]; NS?: string[] } | 'fails'>

/** A name server on loopback that says what it was told to say. @returns its `address:port`. */
export async function startDnsServer(t: ExecutionContext, zone: Zone): Promise<string> {
  const socket = createSocket('udp4')
  socket.on('message', (query, { port, address }) => socket.send(answerOf(query, zone), port, address))
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  t.teardown(() => socket.close())
  return `127.0.0.1:${socket.address().port}`
}

/** Resolvers that ask there; and whoever names servers gets what these are called in `owners`. */
export function resolversAt(server: string, owners: Record<string, string> = {}): OpenResolver {
  return (servers) => {
    const resolver = new Resolver({ timeout: 2000, tries: 1 })
    resolver.setServers(servers?.map((address) => owners[address] ?? address) ?? [server])
    return resolver
  }
}

function answerOf(query: Buffer, zone: Zone): Buffer {
  const { name, end } = readName(query)
  const type = TYPES[query.readUInt16BE(end)] ?? 'A'
  const entry = zone[name.toLowerCase()]
  const records = entry === undefined || entry === 'fails' ? [] : (entry[type] ?? [])
  const code = entry === undefined ? NO_SUCH_NAME : entry === 'fails' ? SERVER_FAILURE : NO_ERROR
  const head = Buffer.alloc(12)
  query.copy(head, 0, 0, 2)
  head.writeUInt16BE(0x8180 | code, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(records.length, 6)
  return Buffer.concat([head, query.subarray(12, end + 4), ...records.map((data) => recordOf(query, end, type, data))])
}

function recordOf(query: Buffer, end: number, type: 'A' | 'NS' | 'AAAA', text: string): Buffer {
  const data = dataOf(type, text)
  /** Seconds that it holds for, and how long the data is. */
  const fixed = Buffer.alloc(6)
  fixed.writeUInt32BE(60, 0)
  fixed.writeUInt16BE(data.length, 4)
  // The name is where the question has it; type and class follow it there.
  return Buffer.concat([Buffer.from([0xc0, 12]), query.subarray(end, end + 4), fixed, data])
}

function dataOf(type: 'A' | 'NS' | 'AAAA', text: string): Buffer {
  if (type === 'A') return Buffer.from(text.split('.').map(Number))
  if (type === 'AAAA') return Buffer.from(groupsOf(text).flatMap((group) => [group >> 8, group & 0xff]))
  return Buffer.concat([
    ...text.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)])),
    Buffer.from([0]),
  ])
}

function readName(query: Buffer): { name: string; end: number } {
  const labels: string[] = []
  let at = 12
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.subarray(at + 1, at + 1 + length).toString())
    at += 1 + length
  }
  return { name: labels.join('.'), end: at + 1 }
}
