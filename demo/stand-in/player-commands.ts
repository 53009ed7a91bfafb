import type { Call, Command } from './command.ts'
import { CommandError, errorCodes, type Parameter } from './command-message.ts'
import { findMedia, remember } from './music-commands.ts'
import type { Player, Players } from './players.ts'

const players: Record<string, Command> = {
  'players/all': { scope: 'players.read', run: ({ house }) => house.players.all },
  'players/get': {
    scope: 'players.read',
    parameters: { player_id: 'string' },
    run: ({ house, args }) => findPlayer(house, args.player_id),
  },
  'players/get_by_name': {
    scope: 'players.read',
    parameters: { name: 'string' },
    run: ({ house, args }) => house.players.named(args.name),
  },
  'players/cmd/volume_set': onPlayer((all, player, args) => setVolume(all, player, args.volume_level), {
    volume_level: 'integer',
  }),
  'players/cmd/volume_up': onPlayer((all, player) => setVolume(all, player, Math.min(100, player.volume_level + 5))),
  'players/cmd/volume_down': onPlayer((all, player) => setVolume(all, player, Math.max(0, player.volume_level - 5))),
  'players/cmd/volume_mute': onPlayer((all, player, { muted }) => all.change(player, { volume_muted: muted }), {
    muted: 'boolean',
  }),
  'players/cmd/power': onPlayer((all, player, { powered }) => all.change(player, { powered }), { powered: 'boolean' }),
  'players/cmd/play_announcement': {
    scope: 'players.control',
    parameters: { player_id: 'string', url: 'string', pre_announce_url: 'string?', volume_level: 'integer?' },
    run: announce,
  },
}

/** By the name of the player, and by that of its queue. */
const actions: Record<string, (players: Players, player: Player) => void> = {
  play: (all, player) => all.change(player, { playback_state: 'playing' }),
  resume: (all, player) => all.change(player, { playback_state: 'playing' }),
  pause: (all, player) => all.change(player, { playback_state: 'paused' }),
  stop: (all, player) => all.change(player, { playback_state: 'idle' }),
  play_pause: (all, player) =>
    all.change(player, { playback_state: player.playback_state === 'playing' ? 'paused' : 'playing' }),
  next: (all, player) => all.skip(player, 1),
  previous: (all, player) => all.skip(player, -1),
}

const queues: Record<string, Command> = {
  'player_queues/all': {
    scope: 'queues.read',
    run: ({ house }) => house.players.all.map((player) => house.players.queueOf(player)),
  },
  'player_queues/get': readQueue('queue_id'),
  'player_queues/get_active_queue': readQueue('player_id'),
  'player_queues/items': {
    scope: 'queues.read',
    parameters: { queue_id: 'string', limit: 'integer?', offset: 'integer?' },
    run: ({ house, args }) => house.players.itemsOf(findPlayer(house, args.queue_id), args),
  },
  'player_queues/play_media': {
    scope: 'queues.control',
    impersonates: true,
    parameters: { queue_id: 'string', media: 'any', option: 'string?', radio_mode: 'boolean?' },
    run: playMedia,
  },
  'player_queues/play_index': onQueue((all, player, { index }) => all.playIndex(player, Number(index)), {
    index: 'any',
  }),
  'player_queues/clear': onQueue((all, player) => all.clear(player)),
  'player_queues/shuffle': onQueue((all, player, args) => all.setQueue(player, { shuffle: args.shuffle_enabled }), {
    shuffle_enabled: 'boolean',
  }),
  'player_queues/repeat': onQueue((all, player, args) => all.setQueue(player, { repeat: args.repeat_mode }), {
    repeat_mode: 'string',
  }),
  'player_queues/seek': onQueue(() => {}, { position: 'integer' }),
}

export const playerCommands: Record<string, Command> = {
  ...players,
  ...queues,
  ...Object.fromEntries(Object.entries(actions).map(([name, act]) => [`players/cmd/${name}`, onPlayer(act)])),
  ...Object.fromEntries(Object.entries(actions).map(([name, act]) => [`player_queues/${name}`, onQueue(act)])),
}

type Act = (players: Players, player: Player, args: Call['args']) => void

function onPlayer(act: Act, more: Record<string, Parameter> = {}): Command {
  return {
    scope: 'players.control',
    parameters: { player_id: 'string', ...more },
    run: ({ house, args }) => act(house.players, findPlayer(house, args.player_id), args),
  }
}

function onQueue(act: Act, more: Record<string, Parameter> = {}): Command {
  return {
    scope: 'queues.control',
    parameters: { queue_id: 'string', ...more },
    run: ({ house, args }) => act(house.players, findPlayer(house, args.queue_id), args),
  }
}

function readQueue(parameter: 'queue_id' | 'player_id'): Command {
  return {
    scope: 'queues.read',
    parameters: { [parameter]: 'string' },
    run: ({ house, args }) => house.players.queueOf(findPlayer(house, args[parameter])),
  }
}

function playMedia({ house, account, args }: Call): void {
  const player = findPlayer(house, args.queue_id)
  const items = findMedia(house, args.media)
  remember(house, account.userId, items)
  house.players.enqueue(
    player,
    items.flatMap((item) => house.library.tracksOf(item)),
    args.option,
  )
}

function announce({ house, args }: Call): void {
  findPlayer(house, args.player_id)
  for (const url of [args.pre_announce_url, args.url]) if (url !== undefined) house.fetch(url)
}

function setVolume(all: Players, player: Player, level: number): void {
  if (level < 0 || level > 100) throw new CommandError(errorCodes.invalidData, 'volume_level must be from 0 to 100')
  all.change(player, { volume_level: level })
}

function findPlayer({ players }: Call['house'], playerId: string): Player {
  const player = players.find(playerId)
  if (!player) throw new CommandError(errorCodes.other, `Player ${playerId} is not available`)
  return player
}
