import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { runCommand } from '../../src/cli/commands.ts'
import type { World } from '../../src/cli/world.ts'
import type { TestHouse } from '../support/gateway.ts'
import { startHealthyHouse } from '../support/healthy-house.ts'

/** What `skillgate check` prints, beside a gateway that runs. @param now the clock that it looks at. */
async function check({ configFile, now, randomBytes }: Pick<TestHouse, 'configFile' | 'now' | 'randomBytes'>) {
  const lines: string[] = []
  const world: World = {
    ...{ configFile, now, randomBytes, variables: {} },
    print: (line) => lines.push(line),
    askPassword: () => Promise.reject(new Error('nobody is asked')),
    untilStopped: () => Promise.resolve(),
    onHangup: () => {},
  }
  const code = await runCommand(world, {}, ['check'])
  return { code, text: lines.join('\n') }
}

const HEADING = 'What is not as it should be'

test('what the doctor finds without the internet is told below, and a start would serve all the same', async (t) => {
  const house = await startHealthyHouse(t, (config) => {
    config.oauth.clients[0]!.redirect_uris.pop()
    Object.assign(config.oauth, { lifetimes: { access_token: 300 } })
  })
  writeFileSync(join(house.folder, 'data', 'music-assistant.token'), 'x'.repeat(40), { mode: 0o600 })
  const { code, text } = await check({ ...house, now: Date.now })
  t.is(code, 0)
  const [served = '', wrapped = ''] = text.split(HEADING)
  // Lines of a terminal; what goes on is indented further than what begins.
  const found = wrapped.replaceAll(/\n {4,}(?!needed:|to do:)(?=\S)/g, ' ')
  t.regex(served, /is good\. A start would serve .*Routes\n/s)
  t.regex(found, /^fault {6}Configuration: Access tokens of amazon-alexa live 300 s; Alexa wants 360 at least\.$/m)
  t.regex(found, /^attention {2}Redirect URIs: Alexa may also come from https:\/\/layla\.amazon\.com/m)
  t.regex(found, /^fault {6}Tokens at Music Assistant: music-assistant does not know .* \(401\)\.$/m)
  // The public URL is for the doctor.
  t.notRegex(found, /Client authentication|AcceptGrant|Reaching|Name and address/)
  t.notRegex(found, /^(good|unseen)/m)
})

test('nothing is told below of a house in which nothing is in the way', async (t) => {
  const house = await startHealthyHouse(t)
  const { code, text } = await check({ ...house, now: Date.now })
  t.is(code, 0)
  // Whoever runs this may have its folders for temporary files in memory, tests listen where only they can come, and the CA of tests is known to them alone.
  const found = text
    .replaceAll(/\n {4,}(?=\S)/g, ' ')
    .split('\n')
    .filter(
      (line) =>
        /^(attention|fault)/.test(line) &&
        !/: data_dir \(|: the gateway listens at 127|CN=Test Root, whom not everybody trusts/.test(line),
    )
  t.deepEqual(found, [])
})

test('who may ask for access without being entered is told, for how much, and where that is too little', async (t) => {
  const house = await startHealthyHouse(t, ({ oauth, routes }) => {
    Object.assign(oauth.scopes, { tools: 'Use the tools' })
    Object.assign(oauth, {
      client_metadata_documents: { enabled: true, domains: ['claude.ai', '*.example.org'], scopes: ['tools'] },
      registration: { open: true },
    })
    routes.push({ path: '/mcp', methods: ['POST'], upstream: 'music-assistant', auth: 'bearer', scopes: ['tools'] })
  })
  const { text } = await check({ ...house, now: Date.now })
  t.regex(text, /^ {2}clients with a document at claude\.ai, \*\.example\.org: tools\b(?!.*\/mcp)/m)
  t.regex(text, /^ {2}any client, which registers itself: music\.read music\.control; too little for \/mcp \(tools\)$/m)
})

test('nothing of the kind is told where nobody but those that are entered may ask', async (t) => {
  const house = await startHealthyHouse(t)
  t.notRegex((await check({ ...house, now: Date.now })).text, /with a document|register/)
})
