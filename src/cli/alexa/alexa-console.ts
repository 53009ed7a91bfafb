import { consoleConcerns } from '../../alexa/console/console-concerns.ts'
import { consolePages } from '../../alexa/console/console-fields.ts'
import { table } from '../table.ts'
import type { World } from '../world.ts'
import { prepareSkill } from './prepare-skill.ts'

/** `skillgate alexa console`: what goes where in Alexa's developer console. Changes nothing. */
export async function alexaConsole(world: World): Promise<number> {
  const { config, client, certificate } = await prepareSkill(world)
  world.print('https://developer.amazon.com/alexa/console/ask')
  for (const { title, fields } of consolePages(config, client, certificate)) {
    world.print('')
    world.print(title)
    for (const line of table(['FIELD', 'WHAT GOES THERE'], fields).slice(1)) world.print(`  ${line}`)
  }
  const concerns = consoleConcerns(config, client, certificate)
  if (concerns.length === 0) return 0
  world.print('')
  world.print('What is in the way')
  for (const { sentence } of concerns) world.print(`  ${sentence}`)
  return 0
}
