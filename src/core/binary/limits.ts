// How large a file may be that is read whole.

/** No firmware image and no page is larger; a larger file is not read whole. In bytes. */
export const MAX_FILE = 64 * 2 ** 20;
