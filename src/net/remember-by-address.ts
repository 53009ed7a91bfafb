/** So many addresses are more than a home has to do with in a day; a crowd of others is forgotten all at once. */
const MOST = 1024

/**
 * What is found out of an address, for the next connection from it. Node makes an object of its own for each address that
 * it compares with a range, which costs more than all that is counted about a connection.
 * @param find must say the same each time.
 */
export function rememberByAddress<Found>(find: (address: string) => Found): (address: string) => Found {
  const known = new Map<string, Found>()
  return (address) => {
    const before = known.get(address)
    if (before !== undefined) return before
    const found = find(address)
    if (known.size >= MOST) known.clear()
    known.set(address, found)
    return found
  }
}
