import { PASSWORD_CHARACTERS_LIMIT } from './passwords.ts'

export const PASSWORD_LENGTH_MINIMUM = 10

/** @param name the canonical name. @returns why this can't be the password of that user, or undefined if it can. */
export async function refusePassword(password: string, name: string): Promise<string | undefined> {
  const text = password.normalize('NFC').toLowerCase()
  if (text.length < PASSWORD_LENGTH_MINIMUM) return `A password has at least ${PASSWORD_LENGTH_MINIMUM} characters.`
  if (password.length > PASSWORD_CHARACTERS_LIMIT)
    return `A password has at most ${PASSWORD_CHARACTERS_LIMIT} characters.`
  if (text === name) return 'The password must not be the name.'
  if ((await commonPasswords()).includes(text)) {
    return 'This is one of the passwords that everybody tries first. Take another one, such as four words that have nothing to do with each other.'
  }
  return undefined
}

/** Some 49,000, in lower case. Read when a password is set, which is rare, for they take 5 MB. */
async function commonPasswords(): Promise<string[]> {
  const { default: common } = await import('@zxcvbn-ts/language-common')
  return common.dictionary['passwords-common']
}
