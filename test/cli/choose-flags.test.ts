import test from 'ava'
import { cleanEnvironment, strangeFlag } from '../../bin/choose-flags.js'
import { refuseNode } from '../../bin/refuse-node.js'
import { missingHardening } from '../../src/cli/hardening.ts'

/** @returns what is left of NODE_OPTIONS. */
const optionsOf = (options: string) => cleanEnvironment({ NODE_OPTIONS: options }).env.NODE_OPTIONS

const HARMFUL = [
  '--inspect',
  '--inspect-brk=0.0.0.0:9229',
  '--inspect_port=1',
  '--require=./evil.cjs',
  '--import=data:text/javascript,evil',
  '--experimental-loader=./evil.mjs',
  '--env-file=.env',
  '--tls-cipher-list=NULL',
  '--tls-min-v1.0',
  '--tls-max-v1.2',
  '--tls-keylog=keys',
  '--trace-tls',
  '--openssl-config=evil.cnf',
  '--openssl-legacy-provider',
  '--insecure-http-parser',
  '--max-http-header-size=9999999',
  '--allow-child-process',
  '--allow-worker',
  '--allow-addons',
  '--heapsnapshot-signal=SIGUSR2',
  '--heapsnapshot-near-heap-limit=1',
  '--report-on-signal',
  '--cpu-prof',
  '--unhandled-rejections=none',
  '--no-verify-base-objects',
  '--preserve-symlinks',
  '--not-yet-invented',
]

test('75. of NODE_OPTIONS only what is known to be harmless stays', (t) => {
  for (const flag of HARMFUL) {
    const { env, left } = cleanEnvironment({
      NODE_OPTIONS: `--no-warnings ${flag} --max-old-space-size=300`,
      HOME: '/',
    })
    t.deepEqual(env, { NODE_OPTIONS: '--no-warnings --max-old-space-size=300', HOME: '/' }, flag)
    t.is(left.length, 1)
    t.true(left[0]?.endsWith(' in NODE_OPTIONS'))
  }
  t.is(optionsOf('--max_old_space_size=300 --use-system-ca'), '--max_old_space_size=300 --use-system-ca')
})

test('75. a flag of NODE_OPTIONS goes with its value, in quotes or not, and takes nothing else along', (t) => {
  t.is(optionsOf('--require evil.cjs --no-warnings'), '--no-warnings')
  t.is(optionsOf('--require "a folder/--no-warnings" --stack-trace-limit 5'), '--stack-trace-limit 5')
  t.is(optionsOf('--require="a \\" b" --no-warnings'), '--no-warnings')
  t.is(optionsOf('-r evil.cjs'), undefined)
  t.is(optionsOf('evil.cjs'), undefined)
  t.is(optionsOf('"--inspect" --no-warnings'), '--no-warnings')
  t.is(optionsOf('--no-warnings"" --ins"pect"'), undefined)
})

test('75. what has quotes in it is left out, so that it is not read in two ways', (t) => {
  t.is(optionsOf('--disable-warning=x" --inspect"'), undefined)
  t.is(optionsOf('--disable-warning=x\\" --inspect'), undefined)
  t.is(optionsOf('--disable-warning=--inspect'), '--disable-warning=--inspect')
})

test('75. variables that switch checks off, write secrets down or load code are left out, all others stay', (t) => {
  const harmless = { HOME: '/root', NODE_EXTRA_CA_CERTS: '/ca.pem', NODE_ENV: 'production', MUSIC_TOKEN: 'x' }
  const { env, left } = cleanEnvironment({
    ...harmless,
    NODE_TLS_REJECT_UNAUTHORIZED: '0',
    NODE_DEBUG: 'tls',
    NODE_PATH: '',
  })
  t.deepEqual(env, { ...harmless, NODE_PATH: '' })
  t.deepEqual(left, ['NODE_DEBUG', 'NODE_TLS_REJECT_UNAUTHORIZED'])
  t.deepEqual(cleanEnvironment(harmless), { env: harmless, left: [] })
})

test('75. cleaning what is clean leaves nothing out, so that nobody starts over twice', (t) => {
  for (const options of ['--inspect', '"', '--require "', '--disable-warning="a b" x -r y', '\\', '--']) {
    const { env } = cleanEnvironment({ NODE_OPTIONS: options })
    t.deepEqual(cleanEnvironment(env), { env, left: [] }, options)
  }
})

test('75. of the command line the first flag that is not taken is refused by its name', (t) => {
  for (const flag of HARMFUL.filter((one) => one !== '--insecure-http-parser')) {
    const name = flag.replace(/=.*/, '').replace(/_/g, '-')
    t.is(strangeFlag(['--no-warnings', flag]), name)
    t.true(refuseNode('24.21.0', [flag], undefined)?.startsWith(`Skillgate does not run with ${name}, `))
  }
  const own = [
    '--permission',
    '--allow-fs-read=/a b',
    '--allow-fs-write=/c',
    '--disable-sigusr1',
    '--disable-proto=delete',
  ]
  t.is(strangeFlag([...own, '--disallow-code-generation-from-strings', '--max-semi-space-size=4']), undefined)
})

test('75. what a gateway runs without is told, flag by flag', (t) => {
  const all = ['--permission', '--disable-sigusr1', '--disable-proto=delete', '--disallow-code-generation-from-strings']
  t.deepEqual(missingHardening(['--no-warnings', ...all]), [])
  for (const flag of all) {
    t.deepEqual(
      missingHardening(all.filter((one) => one !== flag)).map((one) => one.flag),
      [flag],
    )
  }
})
