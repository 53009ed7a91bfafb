import test from 'ava'
import { isAnnounced } from '../../../src/app/listening/is-announced.ts'
import type { Config } from '../../../src/config/schema.ts'
import { parseAddressRange } from '../../../src/net/address-range.ts'

const OWN = ['127.0.0.1', '::1', '192.168.1.10']

function configOf(trusted: string[], proxy_protocol = true): Pick<Config, 'listen'> {
  const trusted_proxies = trusted.map((one) => parseAddressRange(one)!)
  return { listen: { https: { host: '0.0.0.0', port: 8443 }, proxy_protocol, trusted_proxies } as Config['listen'] }
}

test('a header goes where the gateway expects one of this machine, and nowhere else', (t) => {
  const config = configOf(['127.0.0.1', '192.168.1.0/24'])
  t.true(isAnnounced(config, { host: '127.0.0.1', port: 8443 }, OWN))
  t.true(isAnnounced(config, { host: 'localhost', port: 8443 }, OWN))
  t.true(isAnnounced(config, { host: '192.168.1.10', port: 8443 }, OWN))
  t.false(isAnnounced(config, { host: '127.0.0.1', port: 443 }, OWN), 'what is in front speaks no PROXY protocol')
  t.false(isAnnounced(config, { host: '192.168.1.11', port: 8443 }, OWN), 'another machine')
  t.false(isAnnounced(config, { host: '::1', port: 8443 }, OWN), 'nobody trusts that address')
  t.false(isAnnounced(configOf(['192.168.1.2']), { host: '127.0.0.1', port: 8443 }, OWN))
  t.false(isAnnounced(configOf(['127.0.0.1'], false), { host: '127.0.0.1', port: 8443 }, OWN))
})
