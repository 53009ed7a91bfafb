import Negotiator from 'negotiator'

/** The languages that pages are written in. The first is for whoever asks for none of them. */
const LANGUAGES = ['en', 'de'] as const

export type Language = (typeof LANGUAGES)[number]

/** Browsers send fewer than 100; a header beyond this one is not read. */
const CHARACTERS_LIMIT = 1000

/** @see RFC 9110 section 12.5.4 */
export function languageOf(acceptLanguage = ''): Language {
  if (acceptLanguage.length > CHARACTERS_LIMIT) return LANGUAGES[0]
  const wanted = new Negotiator({ headers: { 'accept-language': acceptLanguage } }).language([...LANGUAGES])
  return LANGUAGES.find((language) => language === wanted) ?? LANGUAGES[0]
}
