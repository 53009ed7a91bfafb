/** Directories, and where the same CA lets people try things out. */
const STAGING: Record<string, string> = {
  'https://acme-v02.api.letsencrypt.org/directory': 'https://acme-staging-v02.api.letsencrypt.org/directory',
}

/** @returns the directory itself, where it has no such one that is known here. */
export function stagingDirectory(directory: string): string {
  return STAGING[directory] ?? directory
}
