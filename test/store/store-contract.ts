import type { TestFn } from 'ava'
import type { OpenBackend } from './contract/backend.ts'
import { claimContract } from './contract/claim-contract.ts'
import { connectionContract } from './contract/connection-contract.ts'
import { listContract } from './contract/list-contract.ts'
import { rowContract } from './contract/row-contract.ts'

/** What `src/store/store.ts` promises, of whatever backend `open` opens. A backend is right when it passes. */
export function storeContract(test: TestFn, open: OpenBackend): void {
  rowContract(test, open)
  claimContract(test, open)
  listContract(test, open)
  connectionContract(test, open)
}
