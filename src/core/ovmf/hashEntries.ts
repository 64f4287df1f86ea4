// The entries of the table of kernel hashes, by their GUIDs: QEMU writes them, and firmware that enforces the hashes
// looks for them (QEMU, target/i386/sev.c; edk2, OvmfPkg/Library/BlobVerifierLibSevHashes).

/** GUIDs of the entries, by what they hold the SHA-256 of. */
export const HASH_ENTRIES = {
  kernel: '4de79437-abd2-427f-b835-d5b172d2045b',
  initrd: '44baf731-3a2f-4bd7-9af1-41e29169781d',
  'command line': '97d02dd8-bd20-4c94-aa78-e7714d36ab2a',
} as const;
