import { askGateway } from '../../process/control-socket.ts'
import { StartError } from '../../start-error.ts'
import { digest, type Echo } from '../echoes.ts'
import { answerProblem } from './answer-problem.ts'
import { askPublic, type PublicAnswer } from './ask-public.ts'
import { FORM_TYPE, TOKEN_FORM } from './ask-token.ts'
import type { Judged } from './judged.ts'
import { lookThere } from './look-there.ts'
import { pathTo } from './public-host.ts'

/** A body as Alexa sends one, and credentials that are none. */
const SENT = { body: TOKEN_FORM, contentType: FORM_TYPE, authorization: 'Basic c2tpbGxnYXRlLWRvY3Rvcjpub3RoaW5n' }

/** Whether the body of a POST, and what goes with it, arrives as it was sent. */
export const ARRIVING = lookThere('arriving', 'What arrives', async (patient, place) => {
  const nonce = await askNonce(patient.config.data_dir)
  if (typeof nonce !== 'string') return [nonce]
  const answer = await askPublic(patient, place, {
    method: 'POST',
    path: `${pathTo(patient, 'echo')}?${nonce}`,
    headers: { 'Content-Type': SENT.contentType, Authorization: SENT.authorization },
    body: SENT.body,
  })
  return judgeArrived(answer)
})

async function askNonce(dataDirectory: string): Promise<string | Judged> {
  try {
    const { examinable, lines } = await askGateway(dataDirectory, 'examine')
    if (examinable) return examinable.nonce
    return { verdict: 'unseen', found: lines.join(' '), remedy: 'restart the gateway, so that it is of this version.' }
  } catch (error) {
    if (!(error instanceof StartError)) throw error
    return { verdict: 'unseen', found: `only the gateway can tell what arrives. ${error.message}` }
  }
}

export function judgeArrived(answer: PublicAnswer): Judged[] {
  const problem = answerProblem(answer)
  if (problem) return [{ verdict: 'fault', ...problem, found: `a POST ${problem.found}` }]
  if (answer.status === 404) {
    const found = 'another gateway answers there, so that nobody can say what arrives (see "Reaching it").'
    return [{ verdict: 'unseen', found }]
  }
  if (answer.status !== 200) {
    const found = `a POST was answered ${answer.status}: it did not arrive as it was sent.`
    return [{ verdict: 'fault', found, needs: UNCHANGED, remedy: REMEDY }]
  }
  const echo = JSON.parse(answer.text) as Echo
  const wrong = [bodyProblem(echo), authorizationProblem(echo)].filter((one) => one !== undefined)
  if (wrong.length > 0)
    return wrong.map((found) => ({ verdict: 'fault', found, needs: UNCHANGED, remedy: REMEDY }) as const)
  return [{ verdict: 'good', found: 'the body of a POST and its Authorization arrive as they were sent.' }]
}

const UNCHANGED = 'that a proxy in front passes bodies and Authorization on, byte for byte.'
const REMEDY =
  'look for what changes requests in the proxy in front: filters of bodies, a firewall of applications, a password of its own, a redirect that turns POST into GET.'

function bodyProblem({ sha256, length }: Echo): string | undefined {
  const sent = Buffer.byteLength(SENT.body)
  if (sha256 === digest(Buffer.from(SENT.body))) return undefined
  if (length === 0) return `the body of a POST of ${sent} bytes was dropped on the way.`
  return `the body of a POST was changed on the way: ${sent} bytes were sent, ${length} arrived${length === sent ? ', and other ones' : ''}.`
}

function authorizationProblem({ authorization }: Echo): string | undefined {
  if (authorization === digest(SENT.authorization)) return undefined
  return `the header Authorization was ${authorization === null ? 'dropped' : 'changed'} on the way.`
}
