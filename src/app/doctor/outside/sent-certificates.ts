const HANDSHAKE_RECORD = 22
const CERTIFICATE_MESSAGE = 11

/**
 * The certificates that a server sent, in its order, from what it said in the clear up to there: OpenSSL itself tells only
 * of what it made of them.
 * @param heard all that came of a handshake of TLS 1.2 or before. @returns DER; nothing where none were sent.
 * @see RFC 5246 sections 6.2.1 and 7.4.2
 */
export function sentCertificates(heard: Buffer): Buffer[] {
  const messages = handshakeOf(heard)
  for (let at = 0; at + 4 <= messages.length; ) {
    const length = messages.readUIntBE(at + 1, 3)
    const body = messages.subarray(at + 4, at + 4 + length)
    if (body.length < length) return []
    if (messages[at] === CERTIFICATE_MESSAGE) return certificatesIn(body)
    at += 4 + length
  }
  return []
}

/** What stands in the records of the handshake, up to the first of another kind. */
function handshakeOf(heard: Buffer): Buffer {
  const fragments: Buffer[] = []
  for (let at = 0; at + 5 <= heard.length && heard[at] === HANDSHAKE_RECORD; ) {
    const length = heard.readUInt16BE(at + 3)
    fragments.push(heard.subarray(at + 5, at + 5 + length))
    at += 5 + length
  }
  return Buffer.concat(fragments)
}

function certificatesIn(body: Buffer): Buffer[] {
  const found: Buffer[] = []
  for (let at = 3; at + 3 <= body.length; ) {
    const length = body.readUIntBE(at, 3)
    found.push(body.subarray(at + 3, at + 3 + length))
    at += 3 + length
  }
  return found
}
