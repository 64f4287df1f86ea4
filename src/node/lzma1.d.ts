// The functions of the package lzma1 that are used here, `compress` in tests only. Its own types are its sources,
// which are written for less strict options than ours, so tsconfig.json points the compiler to this file instead.

/** Decompresses an LZMA-alone stream. @throws Error when it is not one */
export function decompress(data: Uint8Array): Uint8Array;

/** Makes an LZMA-alone stream that states its size. */
export function compress(data: Uint8Array): Uint8Array;
