export interface Player {
  player_id: string
  provider: string
  type: 'player'
  name: string
  available: boolean
  powered: boolean
  playback_state: 'idle' | 'playing' | 'paused'
  volume_level: number
  volume_muted: boolean
  active_source: string
}

/** What `/ws` tells signed-in clients unasked. */
export interface MusicEvent {
  event: string
  object_id: string
  data: unknown
}

/** The players of the house; each has a queue with the same id. Every change is told as an event. */
export class Players {
  readonly all: Player[] = [
    player('echo-kitchen', 'Kitchen Echo', 35),
    player('echo-bureau', 'Büro Echo', 20),
    player('living-room', 'Living Room', 50),
  ]
  readonly #queueIndex = new Map<string, number>()
  readonly #tell: (event: MusicEvent) => void

  constructor(tell: (event: MusicEvent) => void) {
    this.#tell = tell
  }

  find(playerId: string): Player | undefined {
    return this.all.find((player) => player.player_id === playerId)
  }

  change(player: Player, changes: Partial<Player>): void {
    Object.assign(player, changes)
    this.#tell({ event: 'player_updated', object_id: player.player_id, data: { ...player } })
    if (changes.playback_state) this.#tellQueue(player)
  }

  skip(player: Player, steps: number): void {
    this.#queueIndex.set(player.player_id, Math.max(0, this.#indexOf(player) + steps))
    this.#tellQueue(player)
  }

  queueOf(player: Player) {
    return {
      queue_id: player.player_id,
      active: player.playback_state !== 'idle',
      display_name: player.name,
      available: player.available,
      items: 24,
      shuffle_enabled: false,
      repeat_mode: 'off',
      current_index: this.#indexOf(player),
      elapsed_time: 0,
      state: player.playback_state,
    }
  }

  #indexOf(player: Player): number {
    return this.#queueIndex.get(player.player_id) ?? 0
  }

  #tellQueue(player: Player): void {
    this.#tell({ event: 'queue_updated', object_id: player.player_id, data: this.queueOf(player) })
  }
}

function player(id: string, name: string, volume: number): Player {
  return {
    player_id: id,
    provider: 'alexa',
    type: 'player',
    name,
    available: true,
    powered: true,
    playback_state: 'idle',
    volume_level: volume,
    volume_muted: false,
    active_source: id,
  }
}
