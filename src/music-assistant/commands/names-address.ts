/** What Music Assistant, or whatever plays for it, would fetch. Its own URIs begin with the name of a provider instead. */
const FETCHED =
  /(?:https?|rtsp[a-z]?|rtmp[a-z]{0,2}|ftps?):\/|(?:^|[^a-z0-9_])(?:async|cache|concatf?|crypto|data|fd|file|gopher|hls|icy|ip[fn]s|mms[ht]?|pipe|rtp|sftp|smb|srt|subfile|tcp|tls|udp|unix|unsv|wss?):\//i

/** `provider://...`, with what comes behind. */
const URI = /^(?<provider>[a-z0-9_-]+):\/\/(?<rest>.*)$/i

/** `media_type/id` whose id is an address or a file: what people add to the builtin provider has that as its id. */
const ADDRESS_AS_ID = /^[^/]*\/.*[/:]|^\//

/** What can't be seen. Python's own reader of URLs leaves some of it out. */
const UNSEEN = /[\p{Cc}\p{Cf}]/gu

/** To put them in order takes the square of their number, and no name has more than a few. @see UAX 15 section 13 */
const TOO_MANY_MARKS = /\p{M}{31}/u

/** Without any of these a text is neither an address nor a path. */
const TELLING = /[:/\\%]|\.\.|[^\x20-\x7e]/

/** Whether it takes a closer look to say what a text names. */
export function mayNameAddress(text: string): boolean {
  return TELLING.test(text)
}

/**
 * Whether a text is an address, or has one in it, however it is spelt; or a way out of the folders of music. So is taken
 * for one what nobody writes and what would take long to read.
 */
export function namesAddress(text: string): boolean {
  if (!mayNameAddress(text)) return false
  if (TOO_MANY_MARKS.test(text) || text.normalize('NFKC').length > 3 * text.length + 100) return true
  return readings(text).some(
    (reading) => FETCHED.test(reading) || /:\/\/.*:\/\/|^\/\//.test(reading) || /(?:^|\/)\.\.(?:\/|$)/.test(reading),
  )
}

/** Whether it is a URI of Music Assistant's, or the id of an item: neither an address nor the path of a file. */
export function namesItem(text: string): boolean {
  return !namesAddress(text) && readings(text).every(isItem)
}

function isItem(text: string): boolean {
  const { provider, rest } = URI.exec(text)?.groups ?? {}
  if (provider === undefined || rest === undefined) return !/\/|^[.~]/.test(text)
  return !isBuiltin(provider) || !ADDRESS_AS_ID.test(rest)
}

/** The provider of whatever people add by its address. */
export function isBuiltin(provider: string): boolean {
  return /^builtin(?:--|$)/i.test(provider)
}

/** As it is, without its spaces, and the same of what it is once decoded, as often as it can be. */
function readings(text: string): string[] {
  const found = new Set<string>()
  let reading = text
  for (let times = 0; times < 4; times++) {
    const plain = reading.normalize('NFKC').replace(UNSEEN, '').replaceAll('\\', '/')
    if (found.has(plain)) break
    found.add(plain)
    found.add(plain.replace(/\s/g, ''))
    reading = plain.replace(/%([0-7][0-9a-f])/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
  }
  return [...found]
}
