// Plain JavaScript that Node 16 can read too, like skillgate.js. What Node is told beside the program, by its command line
// and by the environment, could undo all that the program does: docs/decisions/process.md.

/** What may be said to Node: how much memory it takes, how it looks names up, whom it trusts, what it complains about. */
const HARMLESS = [
  '--max-old-space-size',
  '--max-old-space-size-percentage',
  '--max-semi-space-size',
  '--heap-growing-percent',
  '--v8-pool-size',
  '--stack-trace-limit',
  '--enable-source-maps',
  '--warnings',
  '--no-warnings',
  '--disable-warning',
  '--trace-warnings',
  '--deprecation',
  '--no-deprecation',
  '--trace-deprecation',
  '--pending-deprecation',
  '--dns-result-order',
  '--network-family-autoselection',
  '--no-network-family-autoselection',
  '--network-family-autoselection-attempt-timeout',
  '--use-openssl-ca',
  '--use-bundled-ca',
  '--use-system-ca',
  '--enable-fips',
  '--force-fips',
  '--secure-heap',
  '--secure-heap-min',
]

/** What the launcher itself starts Node with; on its command line only. */
const OWN = [
  '--permission',
  '--allow-child-process',
  '--allow-fs-read',
  '--allow-fs-write',
  '--allow-net',
  '--disable-sigusr1',
  '--disable-proto',
  '--disallow-code-generation-from-strings',
]

/** Variables that weaken or betray: checks of certificates left out, what is sent written down, code from elsewhere. */
const HARMFUL_VARIABLES = [
  'NODE_DEBUG',
  'NODE_DEBUG_NATIVE',
  'NODE_PATH',
  'NODE_REDIRECT_WARNINGS',
  'NODE_TLS_REJECT_UNAUTHORIZED',
  'NODE_V8_COVERAGE',
  'OPENSSL_CONF',
  'OPENSSL_ENGINES',
  'OPENSSL_MODULES',
]

/**
 * The environment without what could undo how Skillgate protects itself.
 * @param {Record<string, string | undefined>} env stays as it is
 * @returns {{ env: Record<string, string | undefined>, left: string[] }} with what was left out, in words
 */
export function cleanEnvironment(env) {
  const clean = { ...env }
  const left = []
  for (const name of HARMFUL_VARIABLES) {
    if (!clean[name]) continue
    left.push(name)
    delete clean[name]
  }
  const kept = []
  for (const { flag, words } of flagsIn(wordsOf(env.NODE_OPTIONS || ''))) {
    // None of them needs quotes, and what has none can't be read in two ways.
    if (HARMLESS.includes(flag) && !words.join('').includes('"')) kept.push(...words)
    else left.push(`${flag} in NODE_OPTIONS`)
  }
  if (env.NODE_OPTIONS !== undefined) clean.NODE_OPTIONS = kept.join(' ')
  if (clean.NODE_OPTIONS === '') delete clean.NODE_OPTIONS
  return { env: clean, left }
}

/**
 * The first flag of the command line that Skillgate doesn't run with.
 * @param {string[]} flags
 * @returns {string | undefined}
 */
export function strangeFlag(flags) {
  const all = flagsIn(flags).map(({ flag }) => flag)
  return all.find((flag) => !HARMLESS.includes(flag) && !isOwn(flag, all))
}

/** Without the one that takes everything away there is nothing to allow. */
function isOwn(flag, all) {
  return OWN.includes(flag) && (flag !== '--allow-child-process' || all.includes('--permission'))
}

/** What belongs together: a flag, and the word after it where that is its value. Node reads - and _ in flags alike. */
function flagsIn(words) {
  const flags = []
  for (const word of words) {
    const last = flags[flags.length - 1]
    if (word.startsWith('-') || !last) flags.push({ flag: word.replace(/=.*/s, '').replace(/_/g, '-'), words: [word] })
    else last.words.push(word)
  }
  return flags
}

/** As Node divides them: at spaces, but within double quotes. */
function wordsOf(text) {
  return text.match(/(?:"(?:\\[\s\S]|[^"\\])*"?|[^\s"])+/g) || []
}
