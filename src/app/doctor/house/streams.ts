import { GatewayError } from '../../../http/gateway-error.ts'
import { StartError } from '../../start-error.ts'
import { askUpstream } from './ask-upstream.ts'
import { examinationOf } from './examination-of.ts'
import { fault, good } from './seen.ts'

/** For anything to be answered. */
const TIMEOUT_MS = 3000

/** The port of Music Assistant's that streams come from: does somebody answer there? */
export const streams = examinationOf({ id: 'streams', title: 'Streams', isLocal: true }, async ({ config }) => {
  const name = config.audio?.upstream
  if (name === undefined) return [good('No streams are handed out (there is no audio in the configuration).')]
  const { url = '' } = config.upstreams[name] ?? {}
  try {
    const { status } = await askUpstream(config, name, (call) =>
      call({ method: 'GET', path: '/', timeoutMs: TIMEOUT_MS }),
    )
    return [good(`${name} at ${url} answers (${status}).`)]
  } catch (error) {
    if (!(error instanceof GatewayError || error instanceof StartError)) throw error
    const found = error instanceof GatewayError ? error.detail : error.message
    return [
      fault(`${found}.`, {
        needs: 'the stream within seconds of the answer that names it; without, an Echo says nothing at all.',
        remedy: `is Music Assistant running, is its stream port (8097, in its settings: Core, Streams) that of upstreams.${name}.url, and is it open to this machine?  curl -i ${url}/`,
      }),
    ]
  }
})
