import { StorageError } from '../files/storage-error.ts'
import { CertificateError } from './certificate-error.ts'

/** Whether the message of what went wrong with certificates is for a person as it is; anything else is a fault of Skillgate's own. */
export function isExplained(error: unknown): error is CertificateError | StorageError {
  return error instanceof CertificateError || error instanceof StorageError
}
