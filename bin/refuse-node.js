// Plain JavaScript that Node 16 can read too, like skillgate.js.
import { strangeFlag } from './choose-flags.js'

/**
 * Why Skillgate must not run on this Node, if so. Older ones drop headers past a limit but still frame the body by them
 * (CVE-2026-58044), and the lenient parser takes what a gateway must refuse: both let requests be smuggled in.
 * @param {string} version such as 24.18.1
 * @param {string[]} flags those of the command line
 * @param {string} [nodeOptions] NODE_OPTIONS
 * @returns {string | undefined} one line
 */
export function refuseNode(version, flags, nodeOptions) {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  const atLeast = (least) => minor > least[0] || (minor === least[0] && patch >= least[1])
  const safe = major > 26 || (major === 26 && atLeast([5, 1])) || (major === 24 && atLeast([18, 1]))
  if (!safe) {
    return `Skillgate needs Node.js 24.18.1 or a newer 24, or 26.5.1 or newer; this is ${version}. In its folder, "npm ci" brings a good one along for "npm start" and "npx skillgate"; or install one from https://nodejs.org.`
  }
  // Node reads - and _ in its flags alike.
  const all = `${flags.join(' ')} ${nodeOptions || ''}`.replace(/_/g, '-')
  if (/--insecure-http-parser/.test(all)) {
    return 'Skillgate does not run with --insecure-http-parser, which lets requests be smuggled in: take it out of the command line and of NODE_OPTIONS.'
  }
  const strange = strangeFlag(flags)
  if (strange) {
    return `Skillgate does not run with ${strange}, which could undo how it protects itself: take it out of the command line. docs/decisions/process.md says what is taken, and how to debug.`
  }
  return undefined
}
