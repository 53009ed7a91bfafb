export type CertificateErrorCode =
  | 'file_missing'
  | 'file_unreadable'
  | 'file_unwritable'
  | 'no_names'
  | 'certificate_invalid'
  | 'certificate_not_yet_valid'
  | 'certificate_expired'
  | 'certificate_wrong_name'
  | 'certificate_wrong_purpose'
  | 'certificate_refused'
  | 'certificate_missing'
  | 'certificate_self_signed'
  | 'certificate_weaker'
  | 'signature_weak'
  | 'chain_out_of_order'
  | 'key_invalid'
  | 'key_encrypted'
  | 'key_weak'
  | 'key_mismatch'
  | 'ca_key_missing'
  | 'ca_key_mismatch'
  | 'ca_foreign'
  | 'unsettled'
  | 'nothing_left'
  | 'challenge_invalid'
  | 'order_failed'
  | 'dns_failed'

/** Why a certificate can't be served. The message names the file, what is wrong and what to do; it holds no secret. */
export class CertificateError extends Error {
  override name = 'CertificateError'
  readonly code: CertificateErrorCode
  /** The part of the message that stays the same for as long as the trouble does, whatever the time. */
  readonly lasting: string

  constructor(code: CertificateErrorCode, message: string, cause?: unknown, lasting: string = message) {
    super(message, { cause })
    this.code = code
    this.lasting = lasting
  }
}
