import test from 'ava'
import { endpointCertificate } from '../../src/alexa/console/endpoint-certificate.ts'

test('Alexa is told of a certificate for the host, of one for its whole domain, and of one of our own', (t) => {
  const host = 'dev.jasonhollis.com'
  t.is(endpointCertificate({ names: ['Dev.JasonHollis.com'] }, host), 'Trusted')
  t.is(endpointCertificate({ names: ['*.jasonhollis.com', host] }, host), 'Trusted')
  t.is(endpointCertificate({ names: ['jasonhollis.com', '*.jasonhollis.com'] }, host), 'Wildcard')
  t.is(endpointCertificate({ names: [host], caFile: 'certs/local-ca.pem' }, host), 'SelfSigned')
})
