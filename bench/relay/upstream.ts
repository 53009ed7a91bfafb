import { startMusicAssistant } from '../../demo/stand-in-music-assistant.ts'

/** The stand-in Music Assistant, with a token for the gateway. */
const music = await startMusicAssistant({ tracks: 2025 })
console.log(`${music.url} ${music.createToken('anna')}`)
