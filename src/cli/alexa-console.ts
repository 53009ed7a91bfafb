import { consolePages } from '../alexa/console/console-fields.ts'
import { consoleWarnings } from '../alexa/console/console-warnings.ts'
import { prepareSkill } from './prepare-skill.ts'
import { table } from './table.ts'
import type { World } from './world.ts'

/** `skillgate alexa console`: what goes where in Alexa's developer console. Changes nothing. */
export async function alexaConsole(world: World): Promise<number> {
  const { config, client, certificate } = await prepareSkill(world)
  world.print('https://developer.amazon.com/alexa/console/ask')
  for (const { title, fields } of consolePages(config, client, certificate)) {
    world.print('')
    world.print(title)
    for (const line of table(['FIELD', 'WHAT GOES THERE'], fields).slice(1)) world.print(`  ${line}`)
  }
  const warnings = consoleWarnings(config, client, certificate)
  if (warnings.length === 0) return 0
  world.print('')
  world.print('What is in the way')
  for (const warning of warnings) world.print(`  ${warning}`)
  return 0
}
