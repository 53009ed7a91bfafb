import type { Examination, Finding, Ways } from '../app/doctor/examination.ts'
import { EXAMINATIONS } from '../app/doctor/examinations.ts'
import { EXIT_CODES, type Examined, examine, verdictOf } from '../app/doctor/examine.ts'
import { openWays } from '../app/doctor/open-ways.ts'
import { loadConfig } from '../config/load.ts'
import { escapeDeceiving } from '../telemetry/escape-deceiving.ts'
import { CommandError } from './command-error.ts'
import { harmless } from './table.ts'
import type { World } from './world.ts'
import { wrap } from './wrap.ts'

interface DoctorOptions {
  /** One document, for programs. */
  json?: boolean
  /** Where connections to the public URL go instead of where the DNS says, as it was typed. */
  through?: string
}

/** What a test puts in the place of the world. */
interface DoctorTools {
  ways?: (connectTo: Ways['connectTo']) => Ways
  examinations?: readonly Examination[]
}

/** Of the document that `--json` prints; a change that breaks its readers raises it. */
const DOCUMENT_VERSION = 1

/** `skillgate doctor [--json] [--through HOST:PORT]`: why Alexa can't link. Changes nothing. */
export async function doctor(
  world: World,
  { json = false, through }: DoctorOptions,
  { ways = openWays, examinations = EXAMINATIONS }: DoctorTools = {},
): Promise<number> {
  const { configFile, variables, print } = world
  const connectTo = through === undefined ? undefined : readThrough(through)
  const config = loadConfig(configFile, variables)
  const patient = { config, configFile, environment: world, reach: 'everything' as const, ways: ways(connectTo) }
  const { tell, settle } = teller(print)
  const examined = await examine(patient, examinations, json ? undefined : tell)
  settle()
  const verdict = verdictOf(examined)
  if (json) {
    const document = { version: DOCUMENT_VERSION, public_url: config.public_url, verdict, examined }
    print(escapeDeceiving(JSON.stringify(document, null, 2)))
  } else {
    for (const line of firstToDo(examined)) print(line)
    print(summary(examined))
  }
  return EXIT_CODES[verdict]
}

/** Tells what was found as it comes; what is the same of several things, such as that nothing answers there, is told once. */
function teller(print: World['print']): { tell: (examined: Examined) => void; settle: () => void } {
  let waiting: { titles: string[]; finding: Finding } | undefined
  const settle = () => {
    if (waiting) for (const line of inWords(waiting.titles.join(', '), waiting.finding)) print(line)
    waiting = undefined
  }
  const tell = ({ title, findings }: Examined) => {
    for (const finding of findings) {
      if (waiting?.finding.found === finding.found && finding.verdict === 'unseen') {
        waiting.titles.push(title)
        continue
      }
      settle()
      waiting = { titles: [title], finding }
    }
    // More of it may come.
    if (waiting?.finding.verdict !== 'unseen') settle()
  }
  return { tell, settle }
}

function readThrough(text: string): { host: string; port: number } {
  const { host, port } = /^\[?(?<host>[^\]/@]+)\]?:(?<port>\d{1,5})$/.exec(text)?.groups ?? {}
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535)
    throw new CommandError(`--through takes HOST:PORT, such as 192.168.1.10:8443, not ${text}.`)
  return { host, port: Number(port) }
}

/** As wide as the longest of the verdicts. */
const WIDTH = 'attention'.length

/** The lines of a finding. */
export function inWords(title: string, { verdict, found, needs, remedy }: Finding): string[] {
  const indent = ' '.repeat(WIDTH + 2)
  const below = (what: string, text: string | undefined) =>
    text === undefined ? [] : wrap(`${indent}  ${what}`, told(text), `${indent}    `)
  return [
    ...wrap(`${verdict.padEnd(WIDTH)}  `, `${title}: ${told(found)}`, indent),
    ...below('needed: ', needs),
    ...below('to do:  ', remedy),
  ]
}

/** Characters of a sentence: whoever answers at the public URL has a say in how long it is. */
const SENTENCE_LIMIT = 1500

function told(sentence: string): string {
  const text = harmless(sentence)
  return text.length > SENTENCE_LIMIT ? `${text.slice(0, SENTENCE_LIMIT)}...` : text
}

/** What to begin with: they are told in the order in which one thing rests on another. */
function firstToDo(examined: Examined[]): string[] {
  const all = examined.flatMap(({ title, findings }) => findings.map((finding) => ({ title, finding })))
  const first =
    all.find(({ finding }) => finding.verdict === 'fault') ??
    all.find(({ finding }) => finding.verdict === 'unseen' && finding.remedy !== undefined)
  if (!first) return []
  const { title, finding } = first
  return wrap('To do first: ', `${title}: ${told(finding.remedy ?? finding.found)}`, '  ')
}

function summary(examined: Examined[]): string {
  const findings = examined.flatMap((one) => one.findings)
  const count = (verdict: Finding['verdict']) => findings.filter((one) => one.verdict === verdict).length
  const [faults, unseen, attention] = [count('fault'), count('unseen'), count('attention')]
  const parts = [
    faults === 0 ? 'No fault' : `${faults} ${faults === 1 ? 'fault' : 'faults'}`,
    attention > 0 && `${attention} to keep in mind`,
    unseen > 0 && `${unseen} that could not be looked at`,
  ]
  return `${parts.filter(Boolean).join(', ')}.`
}
