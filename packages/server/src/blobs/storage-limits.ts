const MIB = 1024 * 1024;

/** Azure's own limits, where clients count on them. */
export const PUT_BLOB_BYTES_MAX = 5_000 * MIB;
export const BLOCK_BYTES_MAX = 4_000 * MIB;
export const APPEND_BYTES_MAX = 100 * MIB;
export const BLOCKS_MAX = 50_000;
export const BLOCK_ID_BYTES_MAX = 64;
export const BLOB_NAME_LENGTH_MAX = 1_024;
export const METADATA_BYTES_MAX = 8 * 1024;
export const LIST_PAGE_MAX = 5_000;

/** A body or file up to this size is read in one piece; above, in pieces of {@link CHUNK_BYTES}. */
export const SINGLE_READ_BYTES_MAX = 256 * 1024;
export const CHUNK_BYTES = MIB;

/** Blocks that were never committed are forgotten after this long. */
export const UNCOMMITTED_BLOCK_LIFETIME_MS = 7 * 24 * 60 * 60 * 1_000;

/** Writers of one blob that may overtake this one before it gives up. */
export const COMMIT_ATTEMPTS_MAX = 200;
/** Overwrites that may happen between finding a blob and opening its file. */
export const OPEN_ATTEMPTS_MAX = 20;
/** Rows that one step of background cleaning handles, so that it never holds the writer long. */
export const CLEANING_BATCH_MAX = 500;
