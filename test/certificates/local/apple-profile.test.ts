import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { cp } from 'node:fs/promises'
import { text as textOf } from 'node:stream/consumers'
import test from 'ava'
import { appleProfile } from '../../../src/certificates/local/apple-profile.ts'
import { localCertificate } from '../../../src/certificates/local/local-certificate.ts'
import {
  certificateIn,
  copied,
  DAY,
  NAMES,
  NOW,
  original,
  removeAll,
  stranger,
  temporary,
} from '../../support/certificates.ts'
import { findProgram } from '../../support/program.ts'

test.after.always(removeAll)

const READ = `
import json, plistlib, sys
profile = plistlib.loads(sys.stdin.buffer.read())
for payload in profile['PayloadContent']:
    payload['PayloadContent'] = payload['PayloadContent'].hex()
print(json.dumps(profile))
`

const UUID = /^[0-9A-F]{8}-[0-9A-F]{4}-8[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$/

const idsOf = (profile: string) =>
  [...profile.matchAll(/Payload(?:UUID|Identifier)<\/key><string>([^<]+)</g)].map(([, id]) => id)

test('a reader of property lists finds the CA in it, as a root', async (t) => {
  const python = findProgram(t, 'python3', 'python3')
  if (python === undefined) return
  const ca = await certificateIn(original, 'local-ca.pem')
  const child = spawn(python, ['-c', READ], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(appleProfile(ca))
  const [said, [code]] = await Promise.all([textOf(child.stdout), once(child, 'close')])
  t.is(code, 0)
  const { PayloadContent: payloads, ...profile } = JSON.parse(said)
  t.is(profile.PayloadType, 'Configuration')
  t.is(profile.PayloadVersion, 1)
  t.regex(profile.PayloadUUID, UUID)
  t.is(payloads.length, 1)
  const [root] = payloads
  t.is(root.PayloadType, 'com.apple.security.root')
  t.is(root.PayloadContent, ca.raw.toString('hex'))
  t.regex(root.PayloadDisplayName, /^Skillgate local CA for dev\.jasonhollis\.com \(/)
  t.regex(root.PayloadUUID, UUID)
  t.is(new Set(idsOf(appleProfile(ca))).size, 4)
})

test('the same CA always gives the same profile, another one another', async (t) => {
  const [ca, other] = [await certificateIn(original, 'local-ca.pem'), await certificateIn(stranger, 'local-ca.pem')]
  t.is(appleProfile(ca), appleProfile(await certificateIn(original, 'local-ca.pem')))
  for (const id of idsOf(appleProfile(other))) t.false(idsOf(appleProfile(ca)).includes(id))
})

test('the profile of a CA that was renewed for its key takes the place of the earlier one', async (t) => {
  const directory = await copied()
  const before = await certificateIn(directory, 'local-ca.pem')
  await localCertificate({ directory, names: NAMES, now: NOW + 3400 * DAY, randomBytes })
  const after = await certificateIn(directory, 'local-ca.pem')
  t.not(after.fingerprint256, before.fingerprint256)
  t.not(appleProfile(after), appleProfile(before))
  t.deepEqual(idsOf(appleProfile(after)), idsOf(appleProfile(before)))
})

test('what a name has in it that XML would read is escaped', async (t) => {
  const directory = await temporary()
  await cp(original, directory, { recursive: true })
  const ca = await certificateIn(directory, 'local-ca.pem')
  const named = new Proxy(ca, { get: (target, key) => (key === 'subject' ? 'CN=a & <b>' : Reflect.get(target, key)) })
  t.true(appleProfile(named).includes('<string>a &amp; &lt;b&gt;</string>'))
})
