/** Looks after a job on its nodes that nobody woke: a lost wake, a runner that died in silence. */
export const SAFETY_CHECK_MS = 15_000;
