// The largest file that is read into memory.

/** In bytes. No firmware image and no page is larger, so a larger file is not read into memory. */
export const MAX_FILE = 64 * 2 ** 20;

/** No file with an attestation report is larger: evidence in JSON, with a quote of a TPM and a log, has less than a tenth. */
export const MOST_REPORT_FILE = 4 * 2 ** 20;
