import type { Environment } from '../../config/environment.ts'
import type { Config } from '../../config/schema.ts'

/** How something is: as it should be, not for long or not for everybody, in the way of linking, or not to be seen from here. */
export type Verdict = 'good' | 'attention' | 'fault' | 'unseen'

/** What a look at one thing has found. Sentences for a person; nothing secret. */
export interface Finding {
  /** The examination's. */
  id: string
  verdict: Verdict
  found: string
  /** What Alexa, or the browser, needs; absent where all is good. */
  needs?: string
  /** What to do, with the command. */
  remedy?: string
}

/** What an examination may look at, so that a test can give it another one. */
export interface Patient {
  config: Config
  configFile: string
  environment: Environment
  /** Whether the public URL, and what is behind it, may be called: with `check` only upstreams are. */
  reach: 'everything' | 'upstreams'
  ways: Ways
  /** What this machine says of itself, such as `/proc/self/mountinfo`; the file itself, if absent. @returns undefined where it says nothing. */
  system?: (path: string) => string | undefined
}

/** The ways out of this machine. */
export interface Ways {
  /** @returns addresses; empty where the name has none. @throws where nobody could be asked. */
  resolve: (name: string, family: 4 | 6) => Promise<string[]>
  /** As the domain's own name servers tell everybody; `resolve` may ask one that answers for the own network. */
  resolveOutside?: Ways['resolve']
  /** Where connections to the public URL really go, such as to a listener on loopback; where the DNS says, if undefined. */
  connectTo?: { host: string; port: number } | undefined
  /** PEM roots that the world trusts. */
  roots: readonly string[]
  /** https URLs of machines elsewhere, whose `Date` shows whether the clock of this one is right; none, if absent. */
  clocks?: readonly string[]
}

/** One thing that a doctor looks at; each is a file of this folder. */
export interface Examination {
  /** Stable, such as `chain`; `--json` has it. */
  id: string
  /** What is looked at, as the list calls it. */
  title: string
  /** Whether `check` does it too: it needs no network but the upstreams. */
  isLocal: boolean
  /** Whether nothing else can be judged where this one couldn't look; such come first. */
  isNeeded?: boolean
  /** Never rejects for what it can put into words. */
  look: (patient: Patient) => Promise<Finding[]>
}
