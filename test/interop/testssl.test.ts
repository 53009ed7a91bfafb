import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import test, { type ExecutionContext } from 'ava'
import type { Suites } from '../../src/net/tls-policy.ts'
import { temporaryFolder } from '../support/environment.ts'
import { startTestHouse } from '../support/gateway.ts'
import { findProgram } from '../support/program.ts'

interface Finding {
  id: string
  severity: string
  finding: string
}

/** Protocols, kinds of suites, forward secrecy, the server's order, and known holes: not what a local CA can't have. */
const CHECKS = ['--protocols', '--std', '--fs', '--server-preference', '--vulnerable']
/** As testssl.sh orders them. */
const ABOVE_LOW = ['MEDIUM', 'HIGH', 'CRITICAL', 'FATAL', 'WARN']
/** It takes half a minute on a quiet machine. */
const TIMEOUT_MS = 900_000
/** Other each time, or about testssl.sh itself. */
const OF_THE_RUN = /^(scanTime|service|DROWN_hint|engine_problem)$/

const ALL = ['modern', 'alexa', 'old'] as const
const found = new Map<Suites, Finding[]>()

for (const suites of ALL) {
  test.serial(`testssl.sh finds nothing above low with suites: ${suites}`, async (t) => {
    t.timeout(TIMEOUT_MS)
    const findings = await runTestssl(t, suites)
    if (!findings) return
    found.set(suites, findings)
    const severe = findings.filter(({ id, severity }) => ABOVE_LOW.includes(severity) && !OF_THE_RUN.test(id))
    t.deepEqual(
      severe.map(({ id, severity, finding }) => `${severity} ${id}: ${finding}`),
      [],
    )
    // So that a run that looked at nothing is no success.
    const verdict = (id: string) => findings.find((one) => one.id === id)?.finding ?? 'not looked at'
    t.regex(verdict('TLS1_2'), /^offered/)
    t.regex(verdict('TLS1_3'), /^offered/)
    for (const id of ['TLS1', 'TLS1_1', 'SSLv3']) t.regex(verdict(id), /^not offered/, id)
    t.regex(verdict('heartbleed'), /^not vulnerable/)
    const cbc = findings.find(({ id }) => /^cipherlist_(AVERAGE|OBSOLETED)$/.test(id))?.finding
    t.regex(cbc ?? '', suites === 'modern' ? /^not offered/ : /^offered/)
    t.regex(verdict('ROBOT'), /^not vulnerable/)
  })
}

test.serial.after('with SKILLGATE_TESTSSL_REPORT=FILE, what it found is written there', () => {
  const file = process.env.SKILLGATE_TESTSSL_REPORT
  if (file !== undefined && found.size === ALL.length) writeFileSync(file, report())
})

async function runTestssl(t: ExecutionContext, suites: Suites): Promise<Finding[] | undefined> {
  const testssl = findProgram(t, ['testssl', 'testssl.sh'], 'testssl.sh')
  if (testssl === undefined) return undefined
  const house = await startTestHouse(t, (config) => Object.assign(config.tls, { suites }))
  const file = join(temporaryFolder(t), 'findings.json')
  const how = ['--quiet', '--color', '0', '--warnings', 'off', '--nodns', 'none', '--ip', '127.0.0.1']
  const words = [...how, ...CHECKS, '--jsonfile', file, `localhost:${house.port}`]
  // Its exit code counts the findings.
  await promisify(execFile)(testssl, words, { timeout: TIMEOUT_MS, maxBuffer: 2 ** 24 }).catch((error) => {
    if (typeof error.code !== 'number') throw error
  })
  return JSON.parse(readFileSync(file, 'utf8'))
}

function report(): string {
  const ids = [...new Set(ALL.flatMap((suites) => found.get(suites)!.map(({ id }) => id)))]
  const told = (suites: Suites, id: string) => {
    const all = found.get(suites)!.filter((one) => one.id === id)
    return [
      ...new Set(all.map(({ severity, finding }) => `${severity}: ${finding.replaceAll('|', '\\|').trim()}`)),
    ].join('; ')
  }
  const rows = ids
    .filter((id) => !OF_THE_RUN.test(id))
    .map((id) => `| ${[id, ...ALL.map((suites) => told(suites, id))].join(' | ')} |`)
  return `# What testssl.sh finds

${new Date().toISOString().slice(0, 10)}, testssl.sh of Debian, \`${CHECKS.join(' ')}\`, for each setting of \`tls.suites\`.
\`test/interop/testssl.test.ts\` fails on anything above LOW, and writes this page when it is run with
\`SKILLGATE_TESTSSL_REPORT=docs/reference/testssl.md\`. LUCKY13 and obsolete suites under \`alexa\` are CBC, which some of
Amazon's clients have nothing better than.

| | modern | alexa | old |
| --- | --- | --- | --- |
${rows.join('\n')}
`
}
