/** Something wrong at a place in the file. `message` begins with "expected". */
export interface Mistake {
  path: PropertyKey[]
  message: string
}
