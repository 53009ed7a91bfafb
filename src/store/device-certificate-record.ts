// A part of what `records.ts` describes; what it says of old rows counts here too.

/** The certificate itself is only on the device. It is good while this row is there, and its user. */
export interface DeviceCertificateRecord {
  userName: string
  userId: string
  /** SHA-256 of the whole certificate, in lower-case hexadecimal. */
  fingerprint: string
  /** As in the certificate, in lower-case hexadecimal. */
  serial: string
  issuedAt: number
  expiresAt: number
}
