export function growSlowly(): void
export function startOver(self: NodeJS.Process, flags: string[]): void
export function keepStripped(folder: URL, startedMs?: number): boolean
