/** The client left in the middle of its request: nobody is there any more to be told of anything. */
export class ClientLeftError extends Error {
  override name = 'ClientLeftError'

  constructor() {
    super('the client left')
  }
}
