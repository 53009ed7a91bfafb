import type { Examination } from '../app/doctor/examination.ts'
import { LOOKS_AT_HOUSE } from '../app/doctor/house/looks-at-house.ts'
import { LOOKS_FROM_OUTSIDE } from '../app/doctor/outside/looks-from-outside.ts'

/** docs/reference/doctor.md, from the two lists. Anew: node src/cli/describe-doctor.ts > (that file). */
export function describeDoctor(): string {
  const parts = [
    INTRODUCTION,
    '## From outside, as Alexa and browsers see it',
    table(LOOKS_FROM_OUTSIDE),
    '## The house itself',
    table(LOOKS_AT_HOUSE),
  ]
  return `${parts.join('\n\n')}\n`
}

const INTRODUCTION = `# What the doctor looks at

<!-- Made by src/cli/describe-doctor.ts from the lists in src/app/doctor/; change it there. -->

\`npx skillgate doctor\` looks at each of these, and says what was found, what Alexa needs, and what to do; \`--json\` names
them by their ids. \`npx skillgate check\` does those that need no network but the upstreams, and tells only of faults and of what is to be
kept in mind. A finding is one of:

| Verdict | What it says | Exit code of \`doctor\` |
| --- | --- | --- |
| \`good\` | It is as it should be. | 0 |
| \`attention\` | It works, but not for everybody, or not for long. | 0 |
| \`fault\` | It is in the way of linking, or of what is linked. | 1 |
| \`unseen\` | It could not be looked at from here, for the reason that is given. | 2, unless there is a fault |`

/** By the id of an examination; a test sees to it that each has one. */
const LOOKED_AT: Record<string, string> = {
  address:
    'The name of `public_url` leads to a public address (not private, not shared by a provider, not IPv6 alone).',
  port: '`public_url` names no port: Alexa calls 443 only.',
  reaching:
    'What answers at `public_url` is this gateway. Where the router does not let its own network in by the address outside, tokens that went to an address outside within a day are proof, and all else is looked at on this machine, unless a proxy stands in front.',
  tls: 'TLS 1.2 is spoken, also with CBC suites, as the older ones of Alexa’s clients do.',
  chain: 'The certificate as Alexa reads it: for the name, in date, trusted, with its whole chain, RSA.',
  'console-certificate': 'Which type of certificate the Alexa console has to be told: trusted, or wildcard.',
  state: 'The page to link opens, is HTML of the gateway’s, and an odd `state` comes back as it was.',
  'token-request':
    'A request for tokens, with the user agent of Amazon’s servers, is answered by the gateway in JSON, and not by a bot filter.',
  arriving: 'Bodies and headers arrive as they were sent, whatever stands in front.',
  'token-speed': 'The token endpoint answers within 2 s; Alexa gives up after 4.5 s.',
  attempts: 'How far the last attempt to link came.',
  account: 'Who looks may see what is in `data_dir`: its owner, or root. Where not, nothing else is looked at.',
  configuration:
    'The client of Alexa has a secret, scopes and lifetimes as the console takes them; a skill has its own id, and the scopes that it needs; `alexa.development` is off.',
  'redirect-uris':
    'The three redirect URIs of Alexa are registered, with one vendor id that is no placeholder; what arrived last and was refused stands beside what is registered.',
  people: 'Somebody can sign in.',
  'client-authentication':
    'Each client with a secret is believed by the running gateway, in each way of its `auth_methods` (HTTP Basic, in the body); Alexa did not come last in a way that is not allowed.',
  'accept-grant':
    'Each route with `auth: alexa-directive` answers a synthetic `AcceptGrant` with `AcceptGrant.Response`. For that the doctor gives itself a token for a moment, which the audit trail says.',
  restart:
    'A row that is written is there for who opens the database anew; `data_dir` is neither in memory nor in a container without a volume.',
  clock:
    'The clock is within 30 s of those of upstreams and of Amazon (`doctor` alone), and as it was when it was last believed.',
  'machine-speed': 'Writing into the database takes less than 300 ms, checking a password less than 2 s.',
  upstreams: 'Each upstream answers; one of `kind: music-assistant` is one, is set up, and of a version that is known.',
  'upstream-tokens':
    'The gateway’s own token at each Music Assistant is known there, is not an administrator’s, and is good for 30 days or more.',
  'base-url': 'What Music Assistant puts before the addresses of pictures leads to itself.',
  streams: 'Where `audio` is configured, its upstream (port 8097) answers.',
  'secret-files': 'Keys, secrets, tokens and the database are closed to other accounts.',
  'readable-files':
    'The account of the service can read each file that the configuration names, and owns what is in `data_dir`.',
  ports: 'Each address of `listen` can be bound, or the running gateway has it.',
  'certificate-files':
    'Certificates of `tls` can be read, belong to their keys, are for the host, and do not end soon; with `acme`, what is stored: until when, from when it is renewed, and whether tries have failed.',
}

function table(examinations: readonly Examination[]): string {
  const rows = examinations.map(
    ({ id, title, isLocal }) => `| \`${id}\` | ${title} | ${LOOKED_AT[id]} | ${isLocal ? 'yes' : ''} |`,
  )
  return ['| Id | Called | What is looked at | With `check` |', '| --- | --- | --- | --- |', ...rows].join('\n')
}

if (import.meta.main) process.stdout.write(describeDoctor())
