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
  | 'chain_out_of_order'
  | 'key_invalid'
  | 'key_encrypted'
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

  constructor(code: CertificateErrorCode, message: string, cause?: unknown) {
    super(message, { cause })
    this.code = code
  }
}
