/** Largest request to a model. Azure's own limit is lower; images and audio have grown since. */
export const BODY_BYTES_MAX = 100 * 1024 * 1024;

/** Bodies up to here are held, so that they can be sent again to another replica or mirrored; larger ones stream. */
export const HELD_BODY_BYTES_MAX = 1024 * 1024;

/** Copies of requests under way to mirrors; beyond it requests are not mirrored. */
export const MIRRORS_MAX = 64;

/** Longest pause inside an answer that has begun. */
export const ANSWER_PAUSE_MS_MAX = 300_000;

/** Tries on another replica when one does not take the connection. */
export const CONNECT_TRIES_MAX = 3;

/** Longest wait for a replica to take the connection. */
export const CONNECT_TIMEOUT_MS = 5_000;

export const REQUEST_ID_CHARACTERS_MAX = 100;
