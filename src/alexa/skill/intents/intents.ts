import type { IntentName } from '../model/intent-models.ts'
import type { Intent } from '../turn.ts'
import { choosePlayer } from './choose-player.ts'
import { cancel, next, pause, previous, resume, shuffle, stop } from './control.ts'
import { play } from './play.ts'
import { fallback, help } from './talk.ts'
import { volumeDown, volumeSet, volumeUp } from './volume.ts'
import { whatIsPlaying } from './what-is-playing.ts'

/** What each intent of the interaction model does; one that is missing here, or there, is a type error. */
const INTENTS: Record<IntentName, Intent> = {
  PlayArtistIntent: play('artist'),
  PlayAlbumIntent: play('album'),
  PlayTrackIntent: play('track'),
  PlayPlaylistIntent: play('playlist'),
  PlayRadioIntent: play('station'),
  PlayIntent: play('query'),
  ChoosePlayerIntent: choosePlayer(findIntent),
  WhatIsPlayingIntent: whatIsPlaying,
  VolumeSetIntent: volumeSet,
  VolumeUpIntent: volumeUp,
  VolumeDownIntent: volumeDown,
  'AMAZON.PauseIntent': pause,
  'AMAZON.ResumeIntent': resume,
  'AMAZON.NextIntent': next,
  'AMAZON.PreviousIntent': previous,
  'AMAZON.ShuffleOnIntent': shuffle(true),
  'AMAZON.ShuffleOffIntent': shuffle(false),
  'AMAZON.StopIntent': stop,
  'AMAZON.CancelIntent': cancel,
  'AMAZON.NavigateHomeIntent': cancel,
  'AMAZON.HelpIntent': help,
  'AMAZON.FallbackIntent': fallback,
}

export function findIntent(name: string): Intent | undefined {
  return Object.hasOwn(INTENTS, name) ? INTENTS[name as IntentName] : undefined
}
