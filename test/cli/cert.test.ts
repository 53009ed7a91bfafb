import { createHash, X509Certificate } from 'node:crypto'
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { DAY } from '../../src/certificates/server-certificate.ts'
import { runCommand } from '../../src/cli/commands.ts'
import type { CommandOptions } from '../../src/cli/world.ts'
import { ISSUER, type TestConfig } from '../support/gateway.ts'
import { openTerminal } from '../support/terminal.ts'

const HOST = new URL(ISSUER).hostname

/** A terminal where no gateway runs; commands may fail there. */
async function openCertTerminal(t: ExecutionContext, change: (config: TestConfig) => void = () => {}) {
  const terminal = await openTerminal(t, change)
  const { folder, world } = terminal
  const certs = join(folder, 'certs')
  const lines: string[] = []
  const run = async (words: string, options: CommandOptions = {}) => {
    lines.length = 0
    const print = (line: string) => lines.push(line)
    const code = await runCommand({ ...world, print }, options, words.split(' '))
    return { code, lines: [...lines] }
  }
  const serial = (file = join(certs, 'local.pem')) => new X509Certificate(readFileSync(file)).serialNumber
  return { ...terminal, certs, run, serial }
}

test('before a first start there is no certificate, and to look makes none', async (t) => {
  const { type, certs } = await openCertTerminal(t)
  t.deepEqual(await type('cert'), ['local: none yet. The first start makes it.'])
  t.false(existsSync(certs))
})

test('a certificate of the local CA is shown with its names, key, issuer, life, who trusts and who renews it', async (t) => {
  const { type, certs, advance } = await openCertTerminal(t)
  await type('cert renew')
  const [names, key, issuer, until, trusted, renewed, more] = await type('cert')
  t.is(more, undefined)
  t.is(names, `local: ${HOST}, localhost, 127.0.0.1, 0:0:0:0:0:0:0:1`)
  t.is(key, '  key      RSA 2048')
  t.regex(issuer ?? '', /^ {2}issuer {3}Skillgate local CA for dev\.jasonhollis\.com \(\d{4}-\d\d-\d\d\)$/)
  t.regex(until ?? '', /^ {2}until {4}\d{4}-\d\d-\d\d, 396 days left, 99 % of its life$/)
  t.is(
    trusted,
    `  trusted  where ${join(certs, 'local-ca.pem')} is trusted, so not by Alexa:  npx skillgate cert export`,
  )
  t.regex(renewed ?? '', /^ {2}renewed {2}by Skillgate, from \d{4}-\d\d-\d\d$/)
  advance(395.5 * DAY)
  const [, , , soon, , now] = await type('cert')
  t.regex(soon ?? '', /, 3[45] hours left, 0 % of its life$/)
  t.is(now, '  renewed  by Skillgate, within the hour that it runs')
  advance(2 * DAY)
  t.regex((await type('cert'))[3] ?? '', /, which is over$/)
})

test('of files somebody else renews them, and what is wrong with them is told with exit code 1', async (t) => {
  const { folder, run, certs } = await openCertTerminal(t)
  await run('cert renew')
  for (const name of ['local.pem', 'local.key']) copyFileSync(join(certs, name), join(folder, name))
  const config = join(folder, 'gateway.yaml')
  const [certificate, key] = ['local.pem', 'local.key'].map((name) => join(folder, name)) as [string, string]
  const text = readFileSync(config, 'utf8')
  writeFileSync(config, text.replace('source: local', `source: files\n  certificate: ${certificate}\n  key: ${key}`))
  const { code, lines } = await run('cert')
  t.is(code, 0)
  t.is(lines[0], `files: ${HOST}, localhost, 127.0.0.1, 0:0:0:0:0:0:0:1`)
  t.is(lines[4], '  trusted  not by everybody, so not by Alexa')
  t.is(lines[5], `  renewed  by whoever writes ${certificate}; taken up by itself`)
  rmSync(key)
  const broken = await run('cert')
  t.is(broken.code, 1)
  t.is(broken.lines[0], 'files')
  t.regex(broken.lines[1] ?? '', new RegExp(`^ {2}can't be served: .*${key}`))
})

test('where TLS ends at a proxy in front, there is nothing to show, to renew or to export', async (t) => {
  const { run } = await openCertTerminal(t, (config) => {
    Object.assign(config, { tls: 'none', listen: { plain: '127.0.0.1:0', trusted_proxies: ['127.0.0.1'] } })
  })
  t.deepEqual(await run('cert'), {
    code: 0,
    lines: ['There are no certificates here: TLS ends at a proxy in front, which has them.'],
  })
  t.deepEqual(await run('cert renew'), {
    code: 1,
    lines: ['There are no certificates here: TLS ends at a proxy in front.'],
  })
  await t.throwsAsync(run('cert export'), { message: /^There is no local CA here/ })
})

test('the local CA renews where no gateway runs, long before it has to, and the CA and the key stay', async (t) => {
  const { run, serial, certs } = await openCertTerminal(t)
  await run('cert renew')
  const [before, ca, key] = [serial(), serial(join(certs, 'local-ca.pem')), readFileSync(join(certs, 'local.key'))]
  t.deepEqual(await run(`cert renew ${HOST}`), { code: 0, lines: ['local: there is a new certificate.'] })
  t.not(serial(), before)
  t.is(serial(join(certs, 'local-ca.pem')), ca)
  t.deepEqual(readFileSync(join(certs, 'local.key')), key)
})

test('a host that no certificate is for is told, and nothing is renewed', async (t) => {
  const { run, serial } = await openCertTerminal(t)
  await run('cert renew local')
  const before = serial()
  t.deepEqual(await run('cert renew elsewhere.example.org'), {
    code: 1,
    lines: ['No certificate is for elsewhere.example.org: "npx skillgate cert" shows which there are.'],
  })
  t.is(serial(), before)
})

test('of several sources each says what became of it', async (t) => {
  const { run, folder, certs, serial } = await openCertTerminal(t, (config) => {
    const file = '/nowhere/fullchain.pem'
    Object.assign(config.tls, { hosts: { 'music.example.org': { source: 'files', certificate: file } } })
  })
  const all = await run('cert renew')
  t.is(all.code, 0)
  t.deepEqual(all.lines, [
    'local: there is a new certificate.',
    'files music.example.org: whoever writes /nowhere/fullchain.pem renews it. What is new there is taken up by itself.',
  ])
  const before = serial()
  const one = await run('cert renew music.example.org')
  t.deepEqual([one.code, one.lines], [1, all.lines.slice(1)])
  t.is(serial(), before)
  // A CA whose key is gone can't sign.
  rmSync(join(certs, 'local-ca.key'))
  const failed = await run('cert renew local')
  t.is(failed.code, 1)
  t.regex(failed.lines[0] ?? '', /^local: no new one; what is served stays as it is\. .*local-ca\.key is missing/)
  t.is(serial(), before)
  t.true(existsSync(folder))
})

test('the CA is exported as PEM, as DER and as a profile, by --format or by how the file is called', async (t) => {
  const { run, folder, certs } = await openCertTerminal(t)
  await run('cert renew')
  const pem = readFileSync(join(certs, 'local-ca.pem'))
  const der = new X509Certificate(pem).raw
  const exported = async (name: string, options: CommandOptions = {}) => {
    const { code, lines } = await run(`cert export ${join(folder, name)}`, options)
    t.is(code, 0)
    const print = createHash('sha256').update(der).digest('hex').toUpperCase().match(/../g)?.join(':')
    t.is(lines[1], `  ${print}`)
    t.is(lines[0]?.startsWith(`${join(folder, name)} holds the local CA, and no key`), true)
    t.true(lines.some((line) => line.includes(join(folder, name)) && line.startsWith('    ')))
    return readFileSync(join(folder, name))
  }
  t.deepEqual(await exported('ca.pem'), pem)
  t.deepEqual(await exported('ca.crt', {}), pem)
  t.deepEqual(await exported('ca.cer'), der)
  t.deepEqual(await exported('ca.bin', { format: 'der' }), der)
  const profile = await exported('ca.mobileconfig')
  t.true(profile.includes('com.apple.security.root'))
  t.deepEqual(await exported('profile', { format: 'mobileconfig' }), profile)
  // Once more: it is the same, so nothing is lost.
  t.deepEqual(await exported('ca.mobileconfig'), profile)
})

test('for each kind of device there is a way to trust the CA, or the command that makes the file for it', async (t) => {
  const { run, folder } = await openCertTerminal(t)
  await run('cert renew')
  for (const format of ['pem', 'der', 'mobileconfig']) {
    const { lines } = await run(`cert export ${join(folder, format)}`, { format })
    const said = lines.join('\n')
    const devices =
      format === 'mobileconfig'
        ? ['iPhone', 'Mac', 'All others']
        : ['iPhone', 'Android', 'Windows', 'Mac|macOS', 'Linux', 'Home Assistant', 'curl']
    for (const device of devices) t.regex(said, new RegExp(device), format)
  }
})

test('an export takes the place of no other file, and of no key at all', async (t) => {
  const { run, certs } = await openCertTerminal(t)
  await run('cert renew')
  const key = join(certs, 'local-ca.key')
  const before = readFileSync(key)
  await t.throwsAsync(run(`cert export ${key}`), {
    message: /is there already, with something else in it\. Give another name/,
  })
  t.deepEqual(readFileSync(key), before)
})

test('an export without a CA, in no known format, or into two files is refused with what to type', async (t) => {
  const { run, certs } = await openCertTerminal(t)
  await t.throwsAsync(run('cert export'), {
    message: `${join(certs, 'local-ca.pem')} is not there yet: the first start makes it.  npx skillgate start`,
  })
  await t.throwsAsync(run('cert export', { format: 'p12' }), {
    message: '--format takes pem, der or mobileconfig, not "p12".',
  })
  await t.throwsAsync(run('cert export one two'), { message: /^Give one file/ })
  await t.throwsAsync(run('cert renew one two'), { message: /^Give one name/ })
})
