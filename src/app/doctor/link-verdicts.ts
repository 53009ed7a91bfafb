import type { LinkVerdict } from '../../telemetry/judge-link.ts'
import type { LinkAttempt } from '../../telemetry/trace-links.ts'

/** What a verdict means, and what to do now; nothing where there is nothing to do. */
export interface VerdictWords {
  words: string
  todo: string
}

export const NOTHING_ARRIVED: VerdictWords = {
  words: 'No attempt to link has ever reached this gateway.',
  todo:
    'The Web Authorization URI in the Alexa console (or the address that another app was given) is wrong, or nothing ' +
    'gets through to this machine: look at the ' +
    "domain's address, the router's port 443, and whether your provider gave you a private (CGNAT) address.",
}

/** @param settings where the client's own settings are, in words. */
type Words = (attempt: LinkAttempt, settings: string) => VerdictWords

const VERDICTS: Record<LinkVerdict, Words> = {
  works: ({ refreshes }) => ({
    words: `Linked, and it works${refreshes > 0 ? `; ${refreshed(refreshes)}` : ''}.`,
    todo: '',
  }),
  'under way': () => ({ words: 'Under way: the next step may still come.', todo: '' }),
  ended: () => ({ words: 'Was linked, and has been ended.', todo: 'To have it back, link again.' }),
  'link refused': linkRefused,
  'form refused': () => ({
    words: 'Page shown, but what it sent back was not taken.',
    todo: 'Cookies are switched off, or the page was opened in one browser and sent from another: begin again in one.',
  }),
  'nobody signed in': () => ({
    words: 'Page shown, nobody signed in.',
    todo:
      'The person left, or their browser could not show the page: open the link again, and look for a warning of the ' +
      'certificate. "skillgate user list" shows who can sign in.',
  }),
  'sign-in failed': () => ({
    words: 'Page shown, but the sign-in failed: a wrong name, password or code.',
    todo: 'Try again; "skillgate user password NAME" gives somebody a new password, "skillgate user list" shows the names.',
  }),
  'locked out': () => ({
    words: 'Page shown, but after too many failures no sign-in is accepted for a while.',
    todo: 'Wait ten minutes and try again. If it was none of yours, "skillgate audit" has the address.',
  }),
  'second factor missing': () => ({
    words: "Password right, but the authenticator's code never came.",
    todo: 'Where the authenticator is lost: a recovery code does, and "skillgate user recovery NAME" makes new ones.',
  }),
  'not decided': () => ({
    words: 'Page shown, signed in, but neither approved nor denied.',
    todo: 'Open the link again, and choose Approve.',
  }),
  denied: () => ({ words: 'Page shown, and Deny was chosen.', todo: 'If that was a mistake, link again.' }),
  'no token request': (_, settings) => ({
    words: `Page shown, approved, no token request: the Access Token URI in ${settings} is wrong, or the certificate isn't trusted.`,
    todo:
      'Compare the Access Token URI with what "skillgate check" shows. Amazon trusts only certificates of a public ' +
      'authority, sent with their whole chain, on port 443; nothing in front of the gateway may filter its servers out.',
  }),
  'token refused': tokenRefused,
  'code reused': () => ({
    words: 'The code was used a second time, so all that came of it was ended.',
    todo: 'Link again. If that happens each time, something in front of the gateway repeats requests.',
  }),
  'never called': (_, settings) => ({
    words: 'Linked, but never a call.',
    todo:
      `Say something to it. If nothing comes then either, the skill's endpoint (in ${settings}, or in its Lambda) ` +
      "leads elsewhere, or doesn't send the access token.",
  }),
}

export function verdictWords(verdict: LinkVerdict, attempt: LinkAttempt): VerdictWords {
  const { client } = attempt
  const isAlexa = client === undefined || /alexa/i.test(client)
  return VERDICTS[verdict](attempt, isAlexa ? 'the Alexa console' : `the settings of ${client}`)
}

function refreshed(times: number): string {
  return times === 1 ? 'its tokens were refreshed once' : `its tokens were refreshed ${times} times`
}

function linkRefused({ steps, client }: LinkAttempt, settings: string): VerdictWords {
  const detail = steps.at(-1)?.detail ?? ''
  const words = 'Page not shown: the request to link was refused.'
  if (/not in domains|client_metadata_documents/.test(detail)) {
    const todo =
      'If you know the app: allow the host of its client_id in oauth.client_metadata_documents in gateway.yaml.'
    return { words, todo }
  }
  if (/^invalid_(client_metadata|redirect_uri)|, its document has /.test(detail))
    return {
      words,
      todo: 'What the app says of itself at its client_id is wrong: only whoever makes it can mend that.',
    }
  if (/redirect|registered are/i.test(detail)) {
    return {
      words,
      todo: `Put the redirect URI that ${settings} shows into the client's redirect_uris in gateway.yaml.`,
    }
  }
  if (/unknown client|client_id/i.test(detail))
    return { words, todo: `The client id in ${settings} has to be one that gateway.yaml has.` }
  if (/^invalid_request/.test(detail) && client?.startsWith('https:')) {
    const todo = 'Its document could not be read. Try again in a minute; this machine has to get out by HTTPS and DNS.'
    return { words, todo }
  }
  if (/scope/i.test(detail))
    return { words, todo: `The scopes in ${settings} have to be among those of the client in gateway.yaml.` }
  return { words, todo: `Compare what it sent, above, with ${settings}.` }
}

/** The detail begins with the error code. */
function tokenRefused({ steps }: LinkAttempt, settings: string): VerdictWords {
  const detail = steps.findLast(({ event }) => event === 'token_refused')?.detail ?? ''
  const refused = (why: string) => `Token request refused: ${why}.`
  if (detail.startsWith('invalid_client') && / used client_secret_/.test(detail)) {
    const todo = `Choose the other authentication scheme in ${settings} (HTTP Basic, or credentials in the request body).`
    return { words: refused('the secret came in a way that this client may not use'), todo }
  }
  if (detail.startsWith('invalid_client')) {
    const todo = `"skillgate client secret ID" shows the secret that is right here: put it, and the client's id, into ${settings}.`
    return { words: refused('the client id or the secret is wrong'), todo }
  }
  if (detail.startsWith('invalid_grant') && /redirect/i.test(detail)) {
    const todo = `${capital(settings)} has to send the same redirect URI both times; a proxy in front may change it.`
    return { words: refused('it names another redirect URI than the page was opened with'), todo }
  }
  if (detail.startsWith('invalid_grant') && /pkce|verifier/i.test(detail)) {
    return {
      words: refused('the PKCE verifier is wrong'),
      todo: `Switch PKCE in ${settings} off and on again, and link anew.`,
    }
  }
  if (detail.startsWith('invalid_grant') && /refresh token/i.test(detail)) {
    const todo = 'Link again. If everybody has to: was data/ restored without its skillgate.key?'
    return { words: refused('the refresh token is unknown, expired or revoked'), todo }
  }
  if (detail.startsWith('invalid_grant')) {
    const todo =
      "Link again. If it goes on: is this machine's clock right, and does the token request come within minutes?"
    return { words: refused('the code is unknown, expired or used'), todo }
  }
  return { words: refused('see above'), todo: `Compare what it sent, above, with ${settings}.` }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
