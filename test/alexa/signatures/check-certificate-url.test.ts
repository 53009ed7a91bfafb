import test from 'ava'
import { checkCertificateUrl } from '../../../src/alexa/signatures/check-certificate-url.ts'
import { CHAIN_URL } from '../../support/alexa-signing.ts'
import { isRefused } from '../../support/refused.ts'

const NAME = 'echo-api-cert.pem'

test('a valid URL is taken in every spelling that Amazon allows, and fetched as it was checked', (t) => {
  const expected = `https://s3.amazonaws.com/echo.api/${NAME}`
  const spellings = {
    valid: expected,
    'with :443': `https://s3.amazonaws.com:443/echo.api/${NAME}`,
    '/echo.api/../echo.api/': `https://s3.amazonaws.com/echo.api/../echo.api/${NAME}`,
    'HTTPS://': `HTTPS://s3.amazonaws.com/echo.api/${NAME}`,
    'an upper-case host': `https://S3.AmazonAWS.com/echo.api/${NAME}`,
  }
  for (const [name, url] of Object.entries(spellings)) t.is(checkCertificateUrl(url).href, expected, name)
  t.is(checkCertificateUrl(CHAIN_URL).href, CHAIN_URL)
})

const WRONG = {
  'no URL': 'echo-api-cert.pem',
  'an empty one': '',
  http: `http://s3.amazonaws.com/echo.api/${NAME}`,
  'http on 443': `http://s3.amazonaws.com:443/echo.api/${NAME}`,
  'the wrong host': `https://notamazon.com/echo.api/${NAME}`,
  'a look-alike host': `https://s3.amazonaws.com.evil.example/echo.api/${NAME}`,
  'a look-alike by a letter': `https://s3.amazonaws.co/echo.api/${NAME}`,
  'a look-alike beyond ASCII': `https://s3.аmazonaws.com/echo.api/${NAME}`,
  'a bucket as the host': `https://echo.api.s3.amazonaws.com/echo.api/${NAME}`,
  'another region': `https://s3.us-west-2.amazonaws.com/echo.api/${NAME}`,
  'a host with a trailing dot': `https://s3.amazonaws.com./echo.api/${NAME}`,
  'a user that looks like the host': `https://s3.amazonaws.com@evil.example/echo.api/${NAME}`,
  'a user before the host': `https://user@s3.amazonaws.com/echo.api/${NAME}`,
  'a user and a password': `https://a:b@s3.amazonaws.com/echo.api/${NAME}`,
  '/EcHo.aPi/': `https://s3.amazonaws.com/EcHo.aPi/${NAME}`,
  '/invalid.path/': `https://s3.amazonaws.com/invalid.path/${NAME}`,
  '/echo.api.evil/': `https://s3.amazonaws.com/echo.api.evil/${NAME}`,
  '/echo.api without more': 'https://s3.amazonaws.com/echo.api',
  'the bucket itself': 'https://s3.amazonaws.com/echo.api/',
  'a folder': 'https://s3.amazonaws.com/echo.api/certs/',
  ':563': `https://s3.amazonaws.com:563/echo.api/${NAME}`,
  ':80': `https://s3.amazonaws.com:80/echo.api/${NAME}`,
  'a path that leads out by ..': 'https://s3.amazonaws.com/echo.api/../other-bucket/cert.pem',
  'a path that leads out by %2e%2e': 'https://s3.amazonaws.com/echo.api/%2e%2e/other-bucket/cert.pem',
  'a path that leads out by .%2E': 'https://s3.amazonaws.com/echo.api/.%2E/other-bucket/cert.pem',
  'a path that leads out by %2f': 'https://s3.amazonaws.com/echo.api/..%2fother-bucket/cert.pem',
  'a path that leads out by backslashes': 'https://s3.amazonaws.com/echo.api/..\\other-bucket\\cert.pem',
  'a path with anything encoded': `https://s3.amazonaws.com/echo.api/%65cho-api-cert.pem`,
  'backslashes for slashes': `https:\\\\s3.amazonaws.com\\echo.api\\${NAME}`,
  'no slashes before the host': `https:s3.amazonaws.com/echo.api/${NAME}`,
  'too many slashes before the host': `https:///s3.amazonaws.com/echo.api/${NAME}`,
  'a query': `https://s3.amazonaws.com/echo.api/${NAME}?versionId=1`,
  'a fragment': `https://s3.amazonaws.com/echo.api/${NAME}#x`,
  'spaces around it': ` https://s3.amazonaws.com/echo.api/${NAME} `,
  'a tab in it': `https://s3.amazon\taws.com/echo.api/${NAME}`,
  'a line break in it': `https://s3.amazonaws.com/echo.api/${NAME}\r\nHost: evil.example`,
  'a longer one than any': `https://s3.amazonaws.com/echo.api/${'a'.repeat(500)}.pem`,
}

for (const [name, url] of Object.entries(WRONG)) {
  test(`a URL is refused: ${name}`, (t) => isRefused(t, 'certificate-url', () => checkCertificateUrl(url)))
}
