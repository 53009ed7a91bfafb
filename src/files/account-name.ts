import { readFileSync } from 'node:fs'

/** The name of an account of this machine, or its number where it has none that can be read. */
export function accountName(uid: number): string {
  try {
    const line = readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .find((one) => one.split(':')[2] === String(uid))
    return line?.split(':')[0] || `#${uid}`
  } catch {
    return `#${uid}`
  }
}

/** An account as `chown` takes it. */
export function accountForChown(uid: number): string {
  return accountName(uid).replace('#', '')
}
