export type Values = Record<string, unknown>

/** Pastes as a page says: what is under a key is added to what is there, a list to a list; one value replaces another. */
export function mergeIntoConfig(there: Values, pasted: Values): Values {
  const merged = { ...there }
  for (const [key, value] of Object.entries(pasted)) merged[key] = merge(there[key], value)
  return merged
}

function merge(there: unknown, value: unknown): unknown {
  if (Array.isArray(there) && Array.isArray(value)) return [...there, ...value]
  return isMap(there) && isMap(value) ? mergeIntoConfig(there, value) : value
}

function isMap(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
