import { isObject } from '../../../http/is-object.ts'
import type { PublicAnswer } from './ask-public.ts'
import type { Judged } from './judged.ts'

/** What a page says that stands in the way of programs. */
const CHALLENGE = /just a moment|attention required|captcha|challenge-platform|checking your browser|are you a robot/i

/**
 * Why an answer of the gateway's own that should be JSON is none, in the words that follow "POST /token".
 * @returns undefined where it is JSON.
 */
export function answerProblem(answer: PublicAnswer): Omit<Judged, 'verdict'> | undefined {
  const { status, headers, text } = answer
  if (isJson(answer)) return undefined
  const server = [headers.server ?? []].flat().join()
  const who = server === '' ? '' : ` by ${server.slice(0, 60)}`
  if (headers['cf-mitigated'] !== undefined || CHALLENGE.test(text)) {
    return {
      found: `was answered ${status}${who} with a challenge for people, which no server of Amazon's can pass.`,
      needs: 'that whatever is in front lets programs through.',
      remedy:
        "switch the bot filter off for the gateway's host, or for its paths (Cloudflare: Security, Bot Fight Mode off, and a rule that skips challenges).",
    }
  }
  if (status >= 300 && status < 400) {
    return {
      found: `was sent elsewhere${who}: ${status} to ${originOf(headers.location)}.`,
      needs: "the gateway's own answer: Amazon's servers follow no redirect and sign in nowhere.",
      remedy:
        "take the sign-in or the redirect of the proxy away from the gateway's host: it has a sign-in of its own.",
    }
  }
  if (status === 403 || status === 429 || status === 406 || status === 401) {
    return {
      found: `was answered ${status}${who}, and not by the gateway.`,
      needs: "that whatever is in front lets Amazon's servers through, from any address and with any User-Agent.",
      remedy:
        'look into the log of the proxy for what refused it: a firewall of applications, a block by country, a password.',
    }
  }
  if (status === 502 || status === 504 || status === 503 || (status >= 520 && status < 530)) {
    return {
      found: `was answered ${status}${who}: a proxy in front gets no answer from the gateway.`,
      needs: 'that the proxy reaches the gateway.',
      remedy:
        'does the gateway run, and has the proxy its address, port and scheme (https for listen.https, http for listen.plain)?',
    }
  }
  const what = /<html|<!doctype/i.test(text) ? 'an HTML page' : text === '' ? 'nothing' : 'something that is no JSON'
  return {
    found: `was answered ${status}${who} with ${what}, and not by the gateway.`,
    needs: "the gateway's own answers, unchanged.",
    remedy: 'forward 443 to the gateway, and have the proxy in front pass all of its paths on, errors included.',
  }
}

function isJson({ headers, text }: PublicAnswer): boolean {
  if (!/^application\/json\b/.test([headers['content-type'] ?? []].flat().join())) return false
  try {
    return isObject(JSON.parse(text))
  } catch {
    return false
  }
}

/** A query may hold what was sent. */
function originOf(location: PublicAnswer['headers'][string]): string {
  const url = URL.parse([location ?? []].flat().join())
  return url ? `${url.origin}${url.pathname}` : 'another path'
}
