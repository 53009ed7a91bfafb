import test from 'ava'
import { clientRecord } from '../../support/client-record.ts'
import { wordsOn } from '../../support/device.ts'
import { startTestHouse } from '../../support/gateway.ts'
import { openAuthorize } from '../../support/linking.ts'

const CHALLENGE = { code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', code_challenge_method: 'S256' }

const record = (redirectUri: string) => clientRecord({ name: 'Amazon Alexa', redirectUris: [redirectUri] })

test('23. what an app with a scheme of its own calls its host is never shown as the place that people are sent back to', async (t) => {
  const house = await startTestHouse(t, ({ oauth }) => Object.assign(oauth, { registration: { enabled: true } }))
  const open = async (redirect_uri: string) => {
    await house.prepared.store.put('client', 'app-0', record(redirect_uri))
    const asked = { client_id: 'app-0', redirect_uri, scope: 'music.read', ...CHALLENGE }
    return wordsOn(await openAuthorize(house, asked))
  }
  for (const uri of ['com.evil.app://pitangui.amazon.com/x', 'com.evil.app:/pitangui.amazon.com']) {
    const words = await open(uri)
    t.notRegex(words, /sent back to/, uri)
    t.regex(
      words,
      /Nobody has checked that this really is “ ?Amazon Alexa ?”: .*opens an app .* itself com\.evil\.app ?:\//,
      uri,
    )
    t.is(words.split('pitangui').length, 2, uri)
  }
  t.regex(await open('https://evil.example/x'), /You will be sent back to evil\.example/)
})
