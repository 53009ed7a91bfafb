/** Whether a client_id is meant as the URL of a document, be it one that can't be. No other client has such an id. */
export function meansDocument(id: string): boolean {
  return /^https?:\/\//i.test(id)
}
