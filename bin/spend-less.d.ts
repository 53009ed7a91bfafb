export function growSlowly(): void
export function startOverLean(self: NodeJS.Process): void
export function keepStripped(folder: URL): boolean
