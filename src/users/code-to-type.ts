import type { Environment } from '../config/environment.ts'

/** No vowels, so that no word comes out by chance, and nothing that is taken for a digit. */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ'
/** Bytes from here on would make some of the letters come more often than others. */
const UNFAIR = 256 - (256 % LETTERS.length)

/** Something to read out and to type: each letter is worth 4.3 bits. */
export function codeToType({ randomBytes }: Pick<Environment, 'randomBytes'>, length: number): string {
  let code = ''
  while (code.length < length) {
    const [byte = UNFAIR] = randomBytes(1)
    if (byte < UNFAIR) code += LETTERS.charAt(byte % LETTERS.length)
  }
  return code
}
