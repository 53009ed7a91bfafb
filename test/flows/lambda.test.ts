import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import test from 'ava'
import { lambdaSource } from '../../src/alexa/package/lambda-source.ts'
import { DIRECTIVE_NAMES, DIRECTIVES, startDirectiveHouse } from '../support/directives.ts'
import { issueToken } from '../support/tokens.ts'

/** In a process of its own, for only so does it take a CA for good. */
const RUN = `
const { handler } = await import(process.argv[1])
let text = ''
for await (const chunk of process.stdin) text += chunk
const answers = []
for (const event of JSON.parse(text)) answers.push(await handler(event))
process.stdout.write(JSON.stringify(answers))
`

test('the Lambda handler gets to the gateway and back, and a token that is gone is the gateway’s to tell', async (t) => {
  const house = await startDirectiveHouse(t, (_, response) => response.end('{"event":"done"}'))
  const [handler, ca] = [join(house.folder, 'index.mjs'), join(house.folder, 'ca.pem')]
  writeFileSync(handler, lambdaSource(`https://localhost:${house.port}/directives`))
  writeFileSync(ca, house.ca)
  const send = async (events: object[]) => {
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', RUN, handler], {
      env: { NODE_EXTRA_CA_CERTS: ca, SKILLGATE_TIMEOUT_MS: '60000' },
    })
    run.child.stdin?.end(JSON.stringify(events))
    const { stdout, stderr } = await run
    for (const event of events) t.false(stderr.includes(JSON.stringify(event).slice(0, 40)))
    return JSON.parse(stdout)
  }
  const token = await issueToken(house)
  const answers = await send(DIRECTIVE_NAMES.map((name) => DIRECTIVES[name](token)))
  for (const [i, name] of DIRECTIVE_NAMES.entries()) {
    if (name === 'accept grant') t.is(answers[i].event.header.name, 'AcceptGrant.Response')
    else t.deepEqual(answers[i], { event: 'done' }, name)
  }
  const [unknown] = await send([DIRECTIVES['turn on']('A'.repeat(43))])
  t.is(unknown.event.payload.type, 'INVALID_AUTHORIZATION_CREDENTIAL')

  await house.gateway.close()
  const [closed] = await send([DIRECTIVES['turn on'](token)])
  t.is(closed.event.payload.type, 'BRIDGE_UNREACHABLE')
})
