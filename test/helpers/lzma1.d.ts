// The function of the package lzma1 that is used here. Its own types are its sources, which are written for less strict options
// than ours, so tsconfig.json points the compiler to this file instead.

/** Makes an LZMA-alone stream that states its size. */
export function compress(data: Uint8Array): Uint8Array;
