/** When this version was made, in milliseconds since 1970: a clock that shows less is wrong. Raised with each release. */
export const RELEASED_AT = Date.UTC(2026, 10, 1)
