import { authCommands } from './auth-commands.ts'
import type { Command, House } from './command.ts'
import { musicCommands } from './music-commands.ts'
import { playerCommands } from './player-commands.ts'
import { providerCommands } from './provider-commands.ts'

const commands: ReadonlyMap<string, Command> = new Map(
  Object.entries<Command>({
    info: { run: ({ house }) => house.info() },
    time: { scope: 'none', since: 77, run: () => Date.now() / 1000 },
    'config/core': { scope: 'config.core.read', run: () => [{ domain: 'webserver', values: { bind_port: 8095 } }] },
    'logging/get': { scope: 'system.manage', role: 'admin', run: () => 'a line of the log\n' },
    ...authCommands,
    ...musicCommands,
    ...playerCommands,
    ...providerCommands,
  }),
)

export function findCommand(house: House, name: string): Command | undefined {
  const command = commands.get(name)
  if (command) return command.since === undefined || command.since <= house.schema ? command : undefined
  return house.moreCommands.includes(name) ? { run: () => null } : undefined
}

/** Large listings are generators: `/api` makes a list of them, `/ws` sends them in frames. */
export function isGenerator(result: unknown): result is Generator {
  return typeof result === 'object' && result !== null && 'next' in result && Symbol.iterator in result
}

/** `/api-docs/commands.json`. */
export function describeCommands(house: House): object[] {
  const names = [...commands.keys(), ...house.moreCommands].filter((name) => findCommand(house, name)).toSorted()
  return names.map((name) => {
    const { parameters = {}, scope, role } = findCommand(house, name) as Command
    const needs = scope === 'none' ? null : house.schema === 77 ? (scope ?? null) : (role ?? null)
    return {
      command: name,
      category: name.split('/')[0],
      summary: '',
      description: '',
      parameters: Object.entries(parameters).map(([parameter, type]) => ({
        name: parameter,
        type: type.replace('?', ''),
        required: !type.endsWith('?'),
        description: '',
      })),
      return_type: 'Any',
      authenticated: scope !== 'none',
      [house.schema === 77 ? 'required_scope' : 'required_role']: needs,
    }
  })
}
