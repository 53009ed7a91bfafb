import type { NameServer } from './exchange-message.ts'

const DNS_PORT = 53

/** @param text `host`, `host:port` or `[address]:port`, as the configuration has it. */
export function readNameServer(text: string): NameServer {
  const [, host = text, port] = /^(\[.*\]|[^:]*)(?::(\d+))?$/.exec(text) ?? []
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port: port === undefined ? DNS_PORT : Number(port) }
}
