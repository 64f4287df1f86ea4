// The largest file that is read into memory.

/** In bytes. No firmware image and no page is larger, so a larger file is not read into memory. */
export const MAX_FILE = 64 * 2 ** 20;
