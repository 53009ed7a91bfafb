import type { Environment } from '../../config/environment.ts'

/** No vowels, so that no word comes out by chance, and nothing that is taken for a digit. @see RFC 8628 section 6.1 */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ'
const LENGTH = 8
/** Bytes from here on would make some of the letters come more often than others. */
const UNFAIR = 256 - (256 % LETTERS.length)

/** A code for a person to type, without its dash: 34 bits, which last for as long as guesses are counted. */
export function newUserCode({ randomBytes }: Pick<Environment, 'randomBytes'>): string {
  let code = ''
  while (code.length < LENGTH) {
    const [byte = UNFAIR] = randomBytes(1)
    if (byte < UNFAIR) code += LETTERS.charAt(byte % LETTERS.length)
  }
  return code
}

/** As people see it. */
export function showUserCode(code: string): string {
  return `${code.slice(0, LENGTH / 2)}-${code.slice(LENGTH / 2)}`
}

/** @param typed in any case, with or without dashes and spaces. @returns undefined for what can't be a user code. */
export function readUserCode(typed: string): string | undefined {
  const code = typed.replace(/[\s\p{Dash}]/gu, '').toUpperCase()
  return code.length === LENGTH && [...code].every((letter) => LETTERS.includes(letter)) ? code : undefined
}
