import type { MediaItem } from './library.ts'

export interface Player {
  player_id: string
  provider: string
  type: 'player'
  name: string
  available: boolean
  device_info: { model: string; manufacturer: string }
  powered: boolean
  playback_state: 'idle' | 'playing' | 'paused'
  volume_level: number
  volume_muted: boolean
  active_source: string
  current_media: { uri: string; title: string; artist: string; album: string; queue_id: string } | null
}

/** What `/ws` tells signed-in clients unasked. */
export interface MusicEvent {
  event: string
  object_id: string
  data: unknown
}

interface Queue {
  items: MediaItem[]
  index: number
  shuffle: boolean
  repeat: string
}

/** The players of the house; each has a queue with the same id. Every change is told as an event. */
export class Players {
  readonly all: Player[] = [
    player('echo-kitchen', 'Kitchen Echo', 35),
    player('echo-bureau', 'Büro Echo', 20),
    player('living-room', 'Living Room', 50),
  ]
  readonly #queues: ReadonlyMap<string, Queue>
  readonly #tell: (event: MusicEvent) => void

  /** @param items what each queue begins with */
  constructor(items: MediaItem[], tell: (event: MusicEvent) => void) {
    this.#tell = tell
    const queue = (): Queue => ({ items: [...items], index: 0, shuffle: false, repeat: 'off' })
    this.#queues = new Map(this.all.map(({ player_id }) => [player_id, queue()]))
  }

  find(playerId: string): Player | undefined {
    return this.all.find((player) => player.player_id === playerId)
  }

  named(name: string): Player | undefined {
    return this.all.find((player) => player.name === name)
  }

  change(player: Player, changes: Partial<Player>): void {
    Object.assign(player, changes)
    player.current_media = player.playback_state === 'idle' ? null : this.#currentMedia(player)
    this.#tell({ event: 'player_updated', object_id: player.player_id, data: { ...player } })
    if (changes.playback_state) this.#tellQueue(player)
  }

  skip(player: Player, steps: number): void {
    const queue = this.#queueOf(player)
    this.playIndex(player, Math.max(0, Math.min(queue.items.length - 1, queue.index + steps)), player.playback_state)
  }

  playIndex(player: Player, index: number, state: Player['playback_state'] = 'playing'): void {
    this.#queueOf(player).index = index
    this.change(player, { playback_state: state })
  }

  /** @param option as in `player_queues/play_media`: `play` and what isn't known put it in the place of all */
  enqueue(player: Player, items: MediaItem[], option: unknown): void {
    const queue = this.#queueOf(player)
    if (option === 'add') queue.items.push(...items)
    else if (option === 'next') queue.items.splice(queue.index + 1, 0, ...items)
    else Object.assign(queue, { items, index: 0 })
    if (option === 'add' || option === 'next') this.#tellQueue(player)
    else this.change(player, { playback_state: 'playing' })
  }

  clear(player: Player): void {
    Object.assign(this.#queueOf(player), { items: [], index: 0 })
    this.change(player, { playback_state: 'idle' })
  }

  setQueue(player: Player, changes: { shuffle?: boolean; repeat?: string }): void {
    Object.assign(this.#queueOf(player), changes)
    this.#tellQueue(player)
  }

  queueOf(player: Player) {
    const queue = this.#queueOf(player)
    return {
      queue_id: player.player_id,
      active: player.playback_state !== 'idle',
      display_name: player.name,
      available: player.available,
      items: queue.items.length,
      shuffle_enabled: queue.shuffle,
      repeat_mode: queue.repeat,
      current_index: queue.index,
      elapsed_time: 0,
      state: player.playback_state,
      current_item: queueItem(player, queue, queue.index),
      next_item: queueItem(player, queue, queue.index + 1),
    }
  }

  itemsOf(player: Player, { limit = 500, offset = 0 }: { limit?: number; offset?: number }) {
    const queue = this.#queueOf(player)
    return queue.items.slice(offset, offset + limit).map((_, index) => queueItem(player, queue, offset + index))
  }

  #queueOf(player: Player): Queue {
    return this.#queues.get(player.player_id) as Queue
  }

  #currentMedia(player: Player): Player['current_media'] {
    const { items, index } = this.#queueOf(player)
    const item = items[index]
    if (!item) return null
    const artist = item.artists?.[0]?.name ?? ''
    return { uri: item.uri, title: item.name, artist, album: item.album?.name ?? '', queue_id: player.player_id }
  }

  #tellQueue(player: Player): void {
    this.#tell({ event: 'queue_updated', object_id: player.player_id, data: this.queueOf(player) })
  }
}

function queueItem(player: Player, { items }: Queue, index: number) {
  const item = items[index]
  if (!item) return null
  const artist = item.artists?.[0]?.name
  return {
    queue_id: player.player_id,
    queue_item_id: `${player.player_id}-${index}`,
    name: artist === undefined ? item.name : `${artist} - ${item.name}`,
    duration: 180,
    sort_index: index,
    media_item: item,
  }
}

function player(id: string, name: string, volume: number): Player {
  return {
    player_id: id,
    provider: 'alexa',
    type: 'player',
    name,
    available: true,
    device_info: { model: 'Echo', manufacturer: 'Stand-in' },
    powered: true,
    playback_state: 'idle',
    volume_level: volume,
    volume_muted: false,
    active_source: id,
    current_media: null,
  }
}
