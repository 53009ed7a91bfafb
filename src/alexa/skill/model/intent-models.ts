import type { Language } from '../../../pages/language.ts'

/** What people may say for an intent: from here come the interaction models, and what the handlers have to be there for. */
export interface IntentModel {
  /** Types by the names of slots. */
  slots?: Record<string, string>
  /** None for Amazon's own intents, which know their utterances. */
  utterances?: Record<Language, string[]>
}

/** A slot type of our own, with the players of the configuration; it is open, so other names are heard too. */
export const PLAYER_TYPE = 'PlayerName'

/** Takes any words, so it must stand beside others in an utterance, and alone of all slots. */
export const ANYTHING = 'AMAZON.SearchQuery'

const player = PLAYER_TYPE

export const INTENT_MODELS = {
  PlayArtistIntent: {
    slots: { artist: 'AMAZON.Musician', player },
    utterances: {
      en: [
        'play some {artist}',
        'play music by {artist}',
        'play songs by {artist}',
        'play the artist {artist}',
        'play some {artist} in {player}',
        'play music by {artist} in {player}',
        'play music by {artist} on {player}',
        'play the artist {artist} in {player}',
      ],
      de: [
        'spiele musik von {artist}',
        'spiele lieder von {artist}',
        'spiele etwas von {artist}',
        'spiele den künstler {artist}',
        'spiele die band {artist}',
        'spiele musik von {artist} in {player}',
        'spiele musik von {artist} auf {player}',
        'spiele etwas von {artist} in {player}',
        'musik von {artist} zu spielen',
      ],
    },
  },
  // Amazon's type for albums isn't there in every locale, and a model with a type that isn't is refused as a whole. That
  // for tracks is, and hears names of albums as well.
  PlayAlbumIntent: {
    slots: { album: 'AMAZON.MusicRecording', artist: 'AMAZON.Musician', player },
    utterances: {
      en: [
        'play the album {album}',
        'play album {album}',
        'play the album {album} by {artist}',
        'play the album {album} in {player}',
        'play the album {album} on {player}',
        'play the album {album} by {artist} in {player}',
        'play the album {album} by {artist} on {player}',
      ],
      de: [
        'spiele das album {album}',
        'spiele album {album}',
        'spiele das album {album} von {artist}',
        'spiele das album {album} in {player}',
        'spiele das album {album} auf {player}',
        'spiele das album {album} von {artist} in {player}',
        'spiele das album {album} von {artist} auf {player}',
        'das album {album} zu spielen',
      ],
    },
  },
  PlayTrackIntent: {
    slots: { track: 'AMAZON.MusicRecording', artist: 'AMAZON.Musician', player },
    utterances: {
      en: [
        'play the song {track}',
        'play the track {track}',
        'play the song {track} by {artist}',
        'play {track} by {artist}',
        'play the song {track} in {player}',
        'play the song {track} by {artist} in {player}',
        'play {track} by {artist} in {player}',
        'play {track} by {artist} on {player}',
      ],
      de: [
        'spiele das lied {track}',
        'spiele den song {track}',
        'spiele den titel {track}',
        'spiele das lied {track} von {artist}',
        'spiele {track} von {artist}',
        'spiele das lied {track} in {player}',
        'spiele das lied {track} von {artist} in {player}',
        'spiele {track} von {artist} in {player}',
        'spiele {track} von {artist} auf {player}',
      ],
    },
  },
  // What people call their playlists and what stations are called is in no list of Amazon's. Where the player comes after
  // it, the handler finds it.
  PlayPlaylistIntent: {
    slots: { playlist: ANYTHING },
    utterances: {
      en: ['play the playlist {playlist}', 'play playlist {playlist}', 'play my playlist {playlist}'],
      de: [
        'spiele die playlist {playlist}',
        'spiele playlist {playlist}',
        'spiele meine playlist {playlist}',
        'spiele die wiedergabeliste {playlist}',
      ],
    },
  },
  PlayRadioIntent: {
    slots: { station: ANYTHING },
    utterances: {
      en: ['play the station {station}', 'play the radio station {station}', 'tune in to {station}'],
      de: ['spiele den sender {station}', 'spiele den radiosender {station}', 'schalte {station} ein'],
    },
  },
  PlayIntent: {
    slots: { query: ANYTHING },
    utterances: {
      en: ['play {query}', 'put on {query}', 'to play {query}', 'I want to hear {query}'],
      de: ['spiele {query}', 'spiel {query}', 'ich möchte {query} hören', 'leg {query} auf'],
    },
  },
  ChoosePlayerIntent: {
    slots: { player },
    utterances: {
      en: [
        '{player}',
        'the {player}',
        'in the {player}',
        'beside the {player}',
        'this echo stands in {player}',
        'this echo stands beside {player}',
        'this echo is in {player}',
        'use {player}',
        'use the player {player}',
      ],
      de: [
        '{player}',
        'der {player}',
        'in der {player}',
        'im {player}',
        'neben {player}',
        'dieser echo steht in {player}',
        'dieser echo steht im {player}',
        'dieser echo steht neben {player}',
        'nimm {player}',
        'nimm den player {player}',
      ],
    },
  },
  WhatIsPlayingIntent: {
    slots: { player },
    utterances: {
      en: [
        'what is playing',
        "what's playing",
        'what song is this',
        'who is singing',
        'what is playing in {player}',
        'what is playing on {player}',
      ],
      de: [
        'was läuft',
        'was läuft gerade',
        'welches lied ist das',
        'wer singt das',
        'was läuft in {player}',
        'was läuft gerade auf {player}',
      ],
    },
  },
  VolumeSetIntent: {
    slots: { level: 'AMAZON.NUMBER', player },
    utterances: {
      en: [
        'volume {level}',
        'set the volume to {level}',
        'set the volume to {level} percent',
        'set the volume in {player} to {level}',
        'volume {level} in {player}',
      ],
      de: [
        'lautstärke {level}',
        'lautstärke auf {level}',
        'stelle die lautstärke auf {level}',
        'stelle die lautstärke auf {level} prozent',
        'stelle die lautstärke in {player} auf {level}',
        'lautstärke {level} in {player}',
      ],
    },
  },
  VolumeUpIntent: {
    slots: { player },
    utterances: {
      en: ['louder', 'volume up', 'turn it up', 'louder in {player}', 'turn up {player}'],
      de: ['lauter', 'mach lauter', 'mach es lauter', 'lauter in {player}', 'mach {player} lauter'],
    },
  },
  VolumeDownIntent: {
    slots: { player },
    utterances: {
      en: ['quieter', 'softer', 'volume down', 'turn it down', 'quieter in {player}', 'turn down {player}'],
      de: ['leiser', 'mach leiser', 'mach es leiser', 'leiser in {player}', 'mach {player} leiser'],
    },
  },
  'AMAZON.PauseIntent': {},
  'AMAZON.ResumeIntent': {},
  'AMAZON.NextIntent': {},
  'AMAZON.PreviousIntent': {},
  'AMAZON.ShuffleOnIntent': {},
  'AMAZON.ShuffleOffIntent': {},
  'AMAZON.StopIntent': {},
  'AMAZON.CancelIntent': {},
  'AMAZON.NavigateHomeIntent': {},
  'AMAZON.HelpIntent': {},
  'AMAZON.FallbackIntent': {},
} satisfies Record<string, IntentModel>

export type IntentName = keyof typeof INTENT_MODELS
