import { mkdir, readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { consoleConcerns } from '../../alexa/console/console-concerns.ts'
import { skillUrl } from '../../alexa/console/console-fields.ts'
import { packageFiles } from '../../alexa/package/package-files.ts'
import type { Config } from '../../config/schema.ts'
import { writeWholeFile } from '../../files/write-whole-file.ts'
import { CommandError } from '../command-error.ts'
import type { World } from '../world.ts'
import { prepareSkill } from './prepare-skill.ts'

/** `skillgate alexa package DIR [--lambda]`: the skill as the ASK CLI deploys it. */
export async function alexaPackage(
  world: World,
  folder: string,
  { lambda = false }: { lambda?: boolean },
): Promise<number> {
  const { config, client, certificate } = await prepareSkill(world)
  if (!config.alexa.skill) {
    throw new CommandError(
      `There is no alexa.skill in ${world.configFile}, so nothing would answer at ${skillUrl(config)}.`,
    )
  }
  const lambdaTo = lambda ? directiveUrl(config) : undefined
  const files = packageFiles(config, { client, certificate, lambdaTo })
  const into = resolve(folder)
  await refuseToOverwrite(into, files)
  for (const [name, text] of files) {
    const path = join(into, name)
    await mkdir(dirname(path), { recursive: true })
    await writeWholeFile({ path, text, mode: 0o644, randomBytes: world.randomBytes })
  }
  world.print(`${folder} holds the skill for ${skillUrl(config)}:`)
  for (const name of files.keys()) world.print(`  ${name}`)
  world.print('To deploy it, with the ASK CLI:')
  world.print(`  cd ${folder} && ask deploy`)
  world.print('To link accounts: put "clientSecret" into a copy of accountLinking.json, as')
  world.print(`npx skillgate client secret ${client.id} shows it, send that, and delete the copy:`)
  const [skillId] = config.alexa.skill.ids
  world.print(`  ask smapi update-account-linking-info --skill-id ${skillId} --account-linking-request file:COPY`)
  if (lambda) world.print('lambda/index.mjs goes to AWS Lambda, runtime Node.js 22, handler index.handler.')
  for (const { sentence } of consoleConcerns(config, client, certificate)) world.print(`Note: ${sentence}`)
  return 0
}

const LACKS_DIRECTIVES = `A Lambda function needs a route with auth: alexa-directive, and the configuration has none. Write it below routes:,
with the upstream that answers directives, which Music Assistant does not:
  - { path: /directive, methods: [POST], upstream: NAME, auth: alexa-directive }`

/** Where directives go; such a route leads there. @throws CommandError */
function directiveUrl({ public_url, routes }: Config): string {
  const route = routes.find(({ auth }) => auth === 'alexa-directive')
  if (route) return `${public_url}${route.path}`
  throw new CommandError(LACKS_DIRECTIVES)
}

/** What somebody else has written stays, and then nothing is written. @throws CommandError */
async function refuseToOverwrite(into: string, files: ReadonlyMap<string, string>): Promise<void> {
  const taken: string[] = []
  for (const [name, text] of files) {
    const there = await readFile(join(into, name), 'utf8').catch((error) => {
      if (error.code === 'ENOENT') return undefined
      throw new CommandError(`${join(into, name)} can't be read: ${error.message}`)
    })
    if (there !== undefined && there !== text) taken.push(name)
  }
  if (taken.length === 0) return
  throw new CommandError(
    `${into} has other files under these names: ${taken.join(', ')}. Give another folder, or move them away; nothing was written.`,
  )
}
