import { generateKeyPairSync } from 'node:crypto'
import test from 'ava'
import { checkSignature, readSignature } from '../../../src/alexa/signatures/check-signature.ts'
import { readSignatureHeaders } from '../../../src/alexa/signatures/read-signature-headers.ts'
import { CHAIN_URL, newKey, signatureOf } from '../../support/alexa-signing.ts'
import { isRefused } from '../../support/refused.ts'

const key = newKey()
const BODY = '{"text":"Grüße, 音楽 \u{1f3b5}"}'
const signature = signatureOf(BODY, { key })

test('a right signature is taken, of double-byte UTF-8 as well', (t) => {
  t.notThrows(() => checkSignature(Buffer.from(BODY), readSignature(signature), key))
})

test('a wrong signature, one of another body, and one by another key are refused', async (t) => {
  const bytes = readSignature(signature)
  const flipped = Buffer.from(bytes)
  flipped[100]! ^= 1
  await isRefused(t, 'signature-wrong', () => checkSignature(Buffer.from(BODY), flipped, key))
  await isRefused(t, 'signature-wrong', () => checkSignature(Buffer.from(`${BODY} `), bytes, key), 'a mutated body')
  await isRefused(t, 'signature-wrong', () => checkSignature(Buffer.from(BODY), bytes, newKey()), 'by another key')
})

test('a key with which nothing can be checked is refused, and no fault of ours', async (t) => {
  const { publicKey } = generateKeyPairSync('x25519')
  await isRefused(t, 'signature-wrong', () => checkSignature(Buffer.from(BODY), readSignature(signature), publicKey))
})

test('a body that was parsed and written again is another body', async (t) => {
  const spaced = '{ "a": 1 }'
  const bytes = readSignature(signatureOf(spaced, { key }))
  t.notThrows(() => checkSignature(Buffer.from(spaced), bytes, key))
  const again = Buffer.from(JSON.stringify(JSON.parse(spaced)))
  await isRefused(t, 'signature-wrong', () => checkSignature(again, bytes, key))
})

for (const [name, text] of Object.entries({
  'not base64': 'Zm9v!'.padEnd(344, '*'),
  base64url: signature.replaceAll(/[+/]/g, '-').replace(/^./, '_'),
  'too short for any key': 'Zm9v',
  'too long for any key': 'A'.repeat(4096),
  'with a space': ` ${signature}`,
  'with what comes after its end': `${signature}AAAA`,
  'only padding': '====',
})) {
  test(`a signature is refused before anything is fetched: ${name}`, (t) =>
    isRefused(t, 'signature-malformed', () => readSignature(text)))
}

test('the headers are found in any case', (t) => {
  const expected = { certificateUrl: CHAIN_URL, signature }
  for (const change of [
    (name: string) => name,
    (name: string) => name.toUpperCase(),
    (name: string) => name.toLowerCase(),
  ]) {
    const raw = [change('SignatureCertChainUrl'), CHAIN_URL, change('Signature-256'), signature]
    t.deepEqual(readSignatureHeaders(raw), expected)
  }
})

test('a missing URL and a missing signature are refused, and the older Signature stands for none', async (t) => {
  const url = ['SignatureCertChainUrl', CHAIN_URL]
  await isRefused(t, 'header-missing', () => readSignatureHeaders(['Signature-256', signature]))
  await isRefused(t, 'header-missing', () => readSignatureHeaders(url))
  await isRefused(t, 'header-missing', () => readSignatureHeaders([...url, 'Signature', signature]))
  await isRefused(t, 'header-missing', () => readSignatureHeaders([...url, 'Signature-256', '']))
  await isRefused(t, 'header-missing', () => readSignatureHeaders([]))
})

test('two of the same header are refused', async (t) => {
  const once = ['SignatureCertChainUrl', CHAIN_URL, 'Signature-256', signature]
  await isRefused(t, 'header-twice', () => readSignatureHeaders([...once, 'signature-256', signature]))
  await isRefused(t, 'header-twice', () => readSignatureHeaders([...once, 'signaturecertchainurl', CHAIN_URL]))
})
