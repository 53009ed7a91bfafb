import { type Account, type Accounts, describeAccount, describeToken } from './accounts.ts'
import { CommandError, checkArguments, errorCodes, type Parameter } from './command-message.ts'
import { libraryItems, type MediaType } from './library.ts'
import type { Player, Players } from './players.ts'

/** What commands act on. */
export interface House {
  accounts: Accounts
  players: Players
  info: () => Record<string, unknown>
  revoke: (tokenId: string) => void
}

interface Call {
  house: House
  account: Account
  // Checked against the command's parameters before it runs.
  // biome-ignore lint/suspicious/noExplicitAny: the types come from the parameters
  args: Record<string, any>
}

interface Command {
  run: (call: Call) => unknown
  parameters?: Record<string, Parameter>
  access?: 'anyone' | 'admin'
}

/** @throws CommandError */
export function runCommand(command: Command, house: House, account: Account | undefined, args: Call['args']): unknown {
  if (command.access !== 'anyone') {
    if (!account) throw new CommandError(errorCodes.authenticationRequired, 'Authentication required')
    if (command.access === 'admin' && account.role !== 'admin') {
      throw new CommandError(errorCodes.notPermitted, 'Admin access required')
    }
  }
  checkArguments(command.parameters ?? {}, args)
  return command.run({ house, account: account as Account, args })
}

/** Large listings are generators: `/api` makes a list of them, `/ws` sends them in frames. */
export function isGenerator(result: unknown): result is Generator {
  return typeof result === 'object' && result !== null && 'next' in result && Symbol.iterator in result
}

export const commands: ReadonlyMap<string, Command> = new Map(
  Object.entries<Command>({
    info: { access: 'anyone', run: ({ house }) => house.info() },
    'auth/me': { run: ({ account }) => describeAccount(account) },
    'auth/users': { access: 'admin', run: ({ house }) => house.accounts.all.map(describeAccount) },
    'auth/tokens': { parameters: { user_id: 'string?' }, run: listTokens },
    'auth/token/create': { parameters: { name: 'string', user_id: 'string?' }, run: createToken },
    'auth/token/revoke': { parameters: { token_id: 'string' }, run: revokeToken },
    'music/playlists/library_items': listLibrary('playlist'),
    'music/albums/library_items': listLibrary('album'),
    'music/artists/library_items': listLibrary('artist'),
    'music/tracks/library_items': listLibrary('track'),
    'players/all': { run: ({ house }) => house.players.all },
    'players/get': { parameters: { player_id: 'string' }, run: ({ house, args }) => findPlayer(house, args.player_id) },
    'players/cmd/play': onPlayer((players, player) => players.change(player, { playback_state: 'playing' })),
    'players/cmd/pause': onPlayer((players, player) => players.change(player, { playback_state: 'paused' })),
    'players/cmd/stop': onPlayer((players, player) => players.change(player, { playback_state: 'idle' })),
    'players/cmd/next': onPlayer((players, player) => players.skip(player, 1)),
    'players/cmd/previous': onPlayer((players, player) => players.skip(player, -1)),
    'players/cmd/volume_set': onPlayer(setVolume, { volume_level: 'integer' }),
    'players/cmd/volume_mute': onPlayer(
      (players, player, { muted }) => players.change(player, { volume_muted: muted }),
      { muted: 'boolean' },
    ),
    'player_queues/all': { run: ({ house }) => house.players.all.map((player) => house.players.queueOf(player)) },
    'player_queues/get': {
      parameters: { queue_id: 'string' },
      run: ({ house, args }) => house.players.queueOf(findPlayer(house, args.queue_id)),
    },
    'player_queues/play_media': {
      parameters: { queue_id: 'string', media: 'string' },
      run: ({ house, args }) => house.players.change(findPlayer(house, args.queue_id), { playback_state: 'playing' }),
    },
  }),
)

function listLibrary(type: MediaType): Command {
  return {
    parameters: { search: 'string?', favorite: 'boolean?', limit: 'integer?', offset: 'integer?' },
    run: ({ args }) => libraryItems(type, args),
  }
}

function onPlayer(
  act: (players: Players, player: Player, args: Call['args']) => void,
  more: Record<string, Parameter> = {},
): Command {
  return {
    parameters: { player_id: 'string', ...more },
    run: ({ house, args }) => act(house.players, findPlayer(house, args.player_id), args),
  }
}

function setVolume(players: Players, player: Player, args: Call['args']): void {
  if (args.volume_level < 0 || args.volume_level > 100) {
    throw new CommandError(errorCodes.invalidData, 'volume_level must be from 0 to 100')
  }
  players.change(player, { volume_level: args.volume_level })
}

function findPlayer(house: House, playerId: string): Player {
  const player = house.players.find(playerId)
  if (!player) throw new CommandError(errorCodes.other, `Player ${playerId} is not available`)
  return player
}

function listTokens({ house, account, args }: Call): unknown {
  if (args.user_id && args.user_id !== account.userId && account.role !== 'admin') return []
  const owner = args.user_id ? house.accounts.withId(args.user_id) : account
  return owner ? house.accounts.tokensOf(owner).map(describeToken) : []
}

function createToken({ house, account, args }: Call): string {
  const owner = args.user_id ? house.accounts.withId(args.user_id) : account
  if (owner !== account && account.role !== 'admin') {
    throw new CommandError(errorCodes.notPermitted, 'You can only create tokens for yourself')
  }
  if (!owner) throw new CommandError(errorCodes.invalidData, 'User not found')
  if (owner.role === 'guest') {
    throw new CommandError(errorCodes.notPermitted, 'Long-lived tokens cannot be created for guest accounts')
  }
  return house.accounts.createToken(owner, args.name, true)
}

function revokeToken({ house, account, args }: Call): void {
  const token = house.accounts.tokenWithId(args.token_id)
  if (!token) throw new CommandError(errorCodes.invalidData, 'Token not found')
  if (token.account !== account && account.role !== 'admin') {
    throw new CommandError(errorCodes.notPermitted, 'You can only revoke your own tokens')
  }
  house.revoke(token.tokenId)
}
