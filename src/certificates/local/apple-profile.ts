import { createHash, type X509Certificate } from 'node:crypto'
import { commonNameOf } from '../server-certificate.ts'

const LINE_LENGTH = 64

/**
 * A `.mobileconfig` for iPhones, iPads and Macs that installs a CA: a property list, not signed. Its identifiers come from
 * the CA's key, so that a later one, also for a renewed certificate of that key, takes the place of the earlier one.
 */
export function appleProfile(ca: X509Certificate): string {
  const key = ca.publicKey.export({ type: 'spki', format: 'der' })
  const name = escapeXml(commonNameOf(ca) ?? 'Skillgate local CA')
  const identifier = `skillgate.local-ca.${createHash('sha256').update(key).digest('hex').slice(0, 16)}`
  const base64 = ca.raw.toString('base64').match(new RegExp(`.{1,${LINE_LENGTH}}`, 'g')) ?? []
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>PayloadType</key><string>Configuration</string>
  <key>PayloadVersion</key><integer>1</integer>
  <key>PayloadIdentifier</key><string>${identifier}</string>
  <key>PayloadUUID</key><string>${uuidOf(key, 'profile')}</string>
  <key>PayloadDisplayName</key><string>${name}</string>
  <key>PayloadDescription</key><string>Lets this device trust the gateway that made this CA, and whatever else it signs.</string>
  <key>PayloadContent</key>
  <array>
    <dict>
      <key>PayloadType</key><string>com.apple.security.root</string>
      <key>PayloadVersion</key><integer>1</integer>
      <key>PayloadIdentifier</key><string>${identifier}.root</string>
      <key>PayloadUUID</key><string>${uuidOf(key, 'root')}</string>
      <key>PayloadDisplayName</key><string>${name}</string>
      <key>PayloadCertificateFileName</key><string>skillgate-ca.cer</string>
      <key>PayloadContent</key>
      <data>
${base64.join('\n')}
      </data>
    </dict>
  </array>
</dict>
</plist>
`
}

/** Always the same for the same key (RFC 9562 section 5.8). */
function uuidOf(key: Buffer, what: string): string {
  const bytes = createHash('sha256').update(`skillgate ${what}\0`).update(key).digest().subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  const hex = bytes.toString('hex').toUpperCase()
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
