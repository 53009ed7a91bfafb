import type { MediaItem } from '../music.ts'
import type { Words } from './words-for.ts'

export const de: Words = {
  title: 'Music Assistant',
  launch: 'Was möchtest du hören?',
  example: 'Sag zum Beispiel: Spiele das Album Abbey Road in der Küche.',
  help: 'Du kannst sagen: Spiele Musik von Queen in der Küche. Spiele das Album Abbey Road. Spiele die Playlist Frühstück. Pause, weiter, nächster, vorheriger oder stopp. Lautstärke dreißig. Zufallswiedergabe an. Was läuft gerade? Oder: Dieser Echo steht in der Küche. Was möchtest du?',
  fallback: 'Das habe ich nicht verstanden. Sag zum Beispiel: Spiele Musik von Queen. Oder: Hilfe.',
  goodbye: 'In Ordnung.',

  whichPlayer: (names) => `Welchen Player soll dieser Echo steuern? Es gibt ${list(names)}.`,
  whichPlayerAgain: (names) => `Diesen Player kenne ich nicht. Es gibt ${list(names)}. Welcher soll es sein?`,
  remembered: (player) => `Dieser Echo steuert jetzt ${player}.`,
  fixed: (player) => `In der Konfiguration des Gateways steht, dass dieser Echo ${player} steuert.`,

  playing: (item, player) => `Ich spiele ${mediaItem(item)} auf ${player}.`,
  paused: (player) => `${player} macht Pause.`,
  resumed: (player) => `${player} spielt weiter.`,
  stopped: (player) => `Die Wiedergabe auf ${player} ist gestoppt.`,
  next: (player) => `Nächster Titel auf ${player}.`,
  previous: (player) => `Vorheriger Titel auf ${player}.`,
  shuffleOn: (player) => `Die Zufallswiedergabe auf ${player} ist an.`,
  shuffleOff: (player) => `Die Zufallswiedergabe auf ${player} ist aus.`,
  volume: (level, player) => `Lautstärke ${level} Prozent auf ${player}.`,
  louder: (player) => `${player} ist lauter.`,
  quieter: (player) => `${player} ist leiser.`,
  nowPlaying: (title, artist, player) => `Auf ${player} läuft ${title}${artist ? ` von ${artist}` : ''}.`,
  nowPaused: (title, artist, player) => `${player} macht Pause bei ${title}${artist ? ` von ${artist}` : ''}.`,
  by: (name, artist) => `${name} von ${artist}`,

  trouble: {
    'not-linked': () => 'Bitte verknüpfe zuerst dein Konto. Eine Karte dafür ist in deiner Alexa-App.',
    'may-not-play': () =>
      'Du hast diesem Skill nicht erlaubt, deine Musik zu steuern. Verknüpfe ihn in der Alexa-App noch einmal und erlaube es dort.',
    'may-not-look': () =>
      'Du hast diesem Skill nicht erlaubt, deine Musik zu sehen. Verknüpfe ihn in der Alexa-App noch einmal und erlaube es dort.',
    'not-permitted': () => 'Das darfst du in Music Assistant nicht.',
    'no-account': () =>
      'Ich habe für dich kein Konto in Music Assistant. Wer sich um dieses Zuhause kümmert, kann eines einrichten.',
    'signed-out': () =>
      'Music Assistant lässt mich für dich nicht mehr hinein. Verknüpfe diesen Skill in der Alexa-App noch einmal.',
    'gateway-signed-out': () =>
      'Music Assistant lässt dieses Zuhause nicht mehr hinein. Wer sich darum kümmert, muss ihm ein neues Token geben.',
    down: () => 'Ich erreiche Music Assistant nicht. Versuche es in einer Minute noch einmal.',
    slow: () => 'Music Assistant braucht zu lange. Vielleicht geschieht es noch.',
    refused: () => 'Music Assistant konnte das nicht tun.',
    'odd-answer': () => 'Music Assistant hat etwas gesagt, das ich nicht verstehe.',
    'no-memory': () =>
      'Das Gateway bei dir zu Hause kann gerade nichts nachsehen. Versuche es in einer Minute noch einmal.',
    'nothing-said': () =>
      'Ich habe nicht verstanden, was ich spielen soll. Sag zum Beispiel: Spiele das Album Abbey Road.',
    'nothing-found': (about) => `Ich habe nichts gefunden, das ${about} heißt.`,
    'nothing-playing': (about) => `Auf ${about} läuft gerade nichts.`,
    'nothing-queued': (about) => `Auf ${about} gibt es nichts, womit es weitergehen könnte.`,
    'no-players': () => 'Music Assistant hat keinen Player, der eingeschaltet ist.',
    'player-unknown': (about) => `Einen Player namens ${about} kenne ich nicht.`,
    'player-ambiguous': (about) => `Es gibt mehr als einen Player namens ${about}. Sag den ganzen Namen.`,
    'player-missing': (about) => `Der Player ${about}, den dieser Echo steuert, ist gerade nicht da.`,
    'volume-range': () => 'Sag eine Lautstärke von null bis hundert.',
  },
}

function mediaItem({ type, name, artists: [artist] }: MediaItem): string {
  if (type === 'artist') return `Musik von ${name}`
  if (type === 'playlist') return `die Playlist ${name}`
  if (type === 'radio') return `den Sender ${name}`
  const by = artist ? ` von ${artist}` : ''
  return type === 'album' ? `das Album ${name}${by}` : `${name}${by}`
}

function list(names: string[]): string {
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} und ${names.at(-1)}` : (names[0] ?? '')
}
