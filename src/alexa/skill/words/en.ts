import type { MediaItem } from '../music.ts'

/** All that the skill says, in English; it has the shape for the other languages. */
export const en = {
  title: 'Music Assistant',
  launch: 'What would you like to hear?',
  example: 'Say, for example: play the album Abbey Road in the kitchen.',
  help: 'You can say: play some Queen in the kitchen. Play the album Abbey Road. Play the playlist Breakfast. Pause, resume, next, previous or stop. Volume thirty. Shuffle on. What is playing? Or: this Echo stands in the kitchen. What would you like?',
  fallback: "I didn't get that. Say, for example: play some Queen. Or: help.",
  goodbye: 'All right.',

  whichPlayer: (names: string[]) => `Which player should this Echo control? There ${are(names)}.`,
  whichPlayerAgain: (names: string[]) => `I don't know that player. There ${are(names)}. Which one should it be?`,
  remembered: (player: string) => `This Echo now controls ${player}.`,
  fixed: (player: string) => `The gateway's configuration says that this Echo controls ${player}.`,

  playing: (item: MediaItem, player: string) => `Playing ${mediaItem(item)} on ${player}.`,
  paused: (player: string) => `${player} is paused.`,
  resumed: (player: string) => `Resuming on ${player}.`,
  stopped: (player: string) => `${player} has stopped.`,
  next: (player: string) => `Next track on ${player}.`,
  previous: (player: string) => `Previous track on ${player}.`,
  shuffleOn: (player: string) => `Shuffle is on for ${player}.`,
  shuffleOff: (player: string) => `Shuffle is off for ${player}.`,
  volume: (level: number, player: string) => `Volume ${level} percent on ${player}.`,
  louder: (player: string) => `${player} is louder.`,
  quieter: (player: string) => `${player} is quieter.`,
  nowPlaying: (title: string, artist: string | undefined, player: string) =>
    `${player} is playing ${title}${artist ? ` by ${artist}` : ''}.`,
  nowPaused: (title: string, artist: string | undefined, player: string) =>
    `${player} is paused at ${title}${artist ? ` by ${artist}` : ''}.`,
  by: (name: string, artist: string) => `${name} by ${artist}`,

  /** What is missing, and what helps. `about` is what was asked for, or a player. */
  trouble: {
    'not-linked': () => 'Please link your account first. I have put a card for that into your Alexa app.',
    'may-not-play': () =>
      'You have not allowed this skill to control your music. Link it again in the Alexa app, and allow that.',
    'may-not-look': () =>
      'You have not allowed this skill to see your music. Link it again in the Alexa app, and allow that.',
    'not-permitted': () => 'You are not allowed to do that in Music Assistant.',
    'no-account': () => 'I have no account for you in Music Assistant. Whoever looks after this home can set one up.',
    'signed-out': () => 'Music Assistant no longer lets me in for you. Link this skill again in the Alexa app.',
    'gateway-signed-out': () =>
      'Music Assistant no longer lets this home in. Whoever looks after it has to give it a new token.',
    down: () => "I can't reach Music Assistant. Try again in a minute.",
    slow: () => 'Music Assistant is taking too long. It may still do it.',
    refused: () => 'Music Assistant could not do that.',
    'odd-answer': () => "Music Assistant said something that I don't understand.",
    'no-memory': () => "The gateway at home can't look anything up right now. Try again in a minute.",
    'nothing-said': () => "I didn't get what to play. Say, for example: play the album Abbey Road.",
    'nothing-found': (about: string) => `I found nothing called ${about}.`,
    'nothing-playing': (about: string) => `Nothing is playing on ${about}.`,
    'nothing-queued': (about: string) => `There is nothing to resume on ${about}.`,
    'no-players': () => 'Music Assistant has no player that is switched on.',
    'player-unknown': (about: string) => `I don't know a player called ${about}.`,
    'player-ambiguous': (about: string) => `There is more than one player called ${about}. Say its whole name.`,
    'player-missing': (about: string) => `The player ${about}, which this Echo controls, is not there right now.`,
    'volume-range': () => 'Say a volume from zero to one hundred.',
  },
}

function mediaItem({ type, name, artists: [artist] }: MediaItem): string {
  if (type === 'artist') return `music by ${name}`
  if (type === 'playlist') return `the playlist ${name}`
  if (type === 'radio') return `the station ${name}`
  const by = artist ? ` by ${artist}` : ''
  return type === 'album' ? `the album ${name}${by}` : `${name}${by}`
}

function are(names: string[]): string {
  const last = names.at(-1)
  return names.length > 1 ? `are ${names.slice(0, -1).join(', ')} and ${last}` : `is ${last}`
}
