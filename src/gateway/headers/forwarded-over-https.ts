import { canonicalName } from './canonical-name.ts'

const NAME = 'x-forwarded-proto'

/**
 * Whether a proxy says, in the one way that nobody could read otherwise, that its client came by https: one
 * `X-Forwarded-Proto` with the value `https`, and nothing that some server would take for another one.
 * @returns what is wrong instead.
 */
export function forwardedProblem(rawHeaders: string[]): string | undefined {
  const said = rawHeaders.flatMap((name, i) =>
    i % 2 === 0 && canonicalName(name) === NAME ? [[name, rawHeaders[i + 1] as string] as const] : [],
  )
  const [[name, value] = ['', ''], ...others] = said
  if (said.length === 0) return 'there is no X-Forwarded-Proto'
  if (others.length > 0) return 'there are several X-Forwarded-Proto'
  if (name.toLowerCase() !== NAME) return `${name} is no X-Forwarded-Proto`
  return value === 'https' ? undefined : `X-Forwarded-Proto is ${value}, not https`
}

/** How the proxies of this world say that their client came by https. */
const SAID: Record<string, RegExp> = {
  'x-forwarded-proto': /\bhttps\b/i,
  'x-forwarded-scheme': /\bhttps\b/i,
  'x-forwarded-ssl': /^on$/i,
  'front-end-https': /^on$/i,
  forwarded: /\bproto="?https\b/i,
  'cf-visitor': /"scheme"\s*:\s*"https"/i,
}

/** By which header, if any, a proxy says that its client came by https. Anybody else may say so too. */
export function headerOfHttpsProxy(rawHeaders: string[]): string | undefined {
  return rawHeaders.find((name, i) => i % 2 === 0 && SAID[name.toLowerCase()]?.test(rawHeaders[i + 1] as string))
}
