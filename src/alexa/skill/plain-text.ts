/** Characters that a name is cut to; nobody listens to longer ones. */
const NAME_LIMIT = 120
/** Of what Alexa says, and of a card's text. */
const SPEECH_LIMIT = 8000

/** A name from elsewhere, fit to be spoken: one line, nothing invisible, not too long. */
export function spokenName(name: string): string {
  return cut(oneLine(name), NAME_LIMIT)
}

/** What is said. It goes out as `PlainText`, so that nothing in it is markup. */
export function speech(text: string): string {
  return cut(oneLine(text), SPEECH_LIMIT)
}

/** Never through the middle of a character. */
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text
  return `${text.slice(0, limit - 1).replace(/[\ud800-\udbff]$/, '')}…`
}

function oneLine(text: string): string {
  return text
    .slice(0, 4 * SPEECH_LIMIT)
    .toWellFormed()
    .replace(/[\p{C}\p{Z}]+/gu, ' ')
    .trim()
}
