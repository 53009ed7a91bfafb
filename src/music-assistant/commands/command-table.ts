/**
 * Every command that was known of Music Assistant's API when this was written, and what the gateway makes of it. Read on
 * 2026-11-24: 2.8 (schema 29) whole, from the decorators of its source; 2.10 and 2.11 (schema 77) from their source,
 * client 1.7.0 and frontend, as far as these can be had. What is not here is refused.
 */
export const TABLE_DATE = '2026-11-24'

/** What the gateway makes of a command. */
export type Verdict =
  /** It only reads the library, players and queues. */
  | 'reads'
  /** It acts on players and queues. */
  | 'controls'
  /** It writes the library: refused unless `library_write` is on. */
  | 'writes'
  /** It tells people who they are. */
  | 'self'
  /** It is refused, whatever the role: it configures the server, its users and tokens, or belongs to a plugin. */
  | 'refused'

/** A line for each folder, and the commands in it; `/` is no folder at all. */
const TABLE: Record<Verdict, string> = {
  reads: `
    audio_analysis/ wave_form
    dashboard/ dashboards sessions
    metadata/ get_image_palette get_track_lyrics
    music/albums/ album_tracks album_versions count get get_album get_by_external_id get_collection get_sort_options
      library_items
    music/artists/ artist_albums artist_audiobooks artist_tracks count get get_artist get_by_external_id
      get_collection get_sort_options library_artist_types library_items similar_artists top_albums top_tracks
    music/audiobooks/ audiobook_versions count get get_audiobook get_by_external_id get_collection get_sort_options
      library_items
    music/ browse get_library_item in_progress_items item item_by_name item_by_uri recently_added_tracks
      recently_played_items recommendations search sort_options sound_effects synctasks track_by_name verify_item_uri
    music/genres/ albums count genre_exclusions_for_media_item genres_for_media_item get get_by_external_id
      get_collection get_genre get_sort_options global_exclusions library_items media_counts overview
      radio_mode_base_tracks scanner_status tracks
    music/playlists/ count export_playlist get get_by_external_id get_collection get_playlist get_sort_options
      library_items playlist_tracks
    music/podcasts/ count get get_by_external_id get_collection get_podcast get_sort_options library_items
      podcast_episode podcast_episodes podcast_versions
    music/radios/ count get get_by_external_id get_collection get_radio get_sort_options library_items radio_tracks
      radio_versions
    music/recommendations/ items
    music/tracks/ count get get_by_external_id get_collection get_sort_options get_track library_items preview
      similar_tracks track_albums track_versions
    players/ all get get_by_name player_control player_controls plugin_source plugin_sources
    players/sleep_timer/ get
    / providers info time
    providers/ icon manifests
    providers/manifests/ get
    player_queues/ all get get_active_queue items
  `,
  controls: `
    players/cmd/ group group_many group_volume group_volume_down group_volume_mute group_volume_up next pause play
      play_announcement play_pause power previous repeat resume seek select_sound_mode select_source set_members
      shuffle stop ungroup ungroup_many volume_down volume_mute volume_set volume_up
    players/sleep_timer/ clear set
    players/ tts_engines
    player_queues/ autoplay clear crossfade delete_item dont_stop_the_music move_item move_item_end next overlay pause
      play play_index play_media play_pause previous repeat resume seek set_playback_speed shuffle skip stop transfer
  `,
  writes: `
    music/favorites/ add_item remove_item
    music/library/ add_item remove_item
    music/ mark_played mark_unplayed
    music/playlists/ add_playlist_tracks create_playlist import_playlist remove_playlist_tracks
    players/ add_currently_playing_to_favorites
    player_queues/ save_as_playlist
  `,
  self: `
    auth/ me
  `,
  refused: `
    audio_analysis/ coverage failures
    audio_analysis/failures/ clear
    diagnostics/ get
    logging/ get
    remote_access/ configure info
    storage/ folders info
    storage/local_folders/ add remove
    tasks/ cancel clear_finished get list log remove retry run set_enabled update_schedule
    / auth
    auth/ authorization_url join_codes login logout providers roles scopes tokens user users
    auth/join_code/ exchange revoke
    auth/role/ create delete update
    auth/token/ create revoke
    auth/user/ create delete disable enable providers unlink_provider update
    config/ core onboard_complete players providers
    config/core/ get get_entries get_value invoke_action reload save
    config/dsp_irs/ list remove upload
    config/dsp_presets/ get remove save
    config/flows/ abort get submit
    config/player_queues/ get get_entries save
    config/players/dsp/ apply_preset get save
    config/players/ get get_entries get_value invoke_action remove save setup
    config/providers/ get get_entries get_value invoke_action reconfigure reload remove save setup
    dashboard/ get_url hide register show unregister viewer_preferences
    metadata/ set_default_preferred_language set_preferred_language update_metadata
    music/ add_provider_mapping match_providers refresh_item remove_provider_mapping sync
    music/albums/ remove update
    music/artists/ remove update
    music/audiobooks/ remove update
    music/genres/ add add_alias add_media_mapping exclude_genre_from_media_item merge promote_alias remove
      remove_alias remove_genre_exclusion remove_global_exclusion remove_media_mapping restore_defaults scan_mappings
      update
    music/playlists/ remove update
    music/podcasts/ remove update
    music/radios/ remove update
    music/tracks/ remove update
    players/cmd/ set_option
    players/ create_group_player remove remove_group_player
    ai_radio/hosts/ delete get list save template
    ai_radio/sections/ save
    ai_radio/stations/ delete get list
    ai_radio/ status stop
    ambient_sounds/ remove_sound
    music_quiz/ answer available_quiz_types can_listen_in create delete get heartbeat info join listen_in next
      playback_options public_state ready reset reveal start state stop_listen_in submit_answer
    party/ add_to_queue boost_queue_item config player skip url
    sendspin/ pair_web_player
    smart_playlists/ count_tracks create get_rules update_rules
    translations/ set_locale
  `,
}

/** By their whole names. */
export const COMMAND_TABLE: ReadonlyMap<string, Verdict> = new Map(
  Object.entries(TABLE).flatMap(([verdict, text]) => readNames(text).map((name) => [name, verdict as Verdict])),
)

function readNames(text: string): string[] {
  let folder = ''
  return text
    .trim()
    .split(/\s+/)
    .flatMap((word) => {
      if (!word.endsWith('/')) return [`${folder}${word}`]
      folder = word === '/' ? '' : word
      return []
    })
}
