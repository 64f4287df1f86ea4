// What can be wrong with an OVMF image: one table of rules with their severity and documentation text.
// Parsers make findings only through `finding`, so that every rule is in this table.

import { ruleTable } from '../binary/ruleTable';

const table = ruleTable({
  'too-small-file': [
    'error',
    'The file has no room for a table footer and a reset vector, so it cannot be firmware.',
  ],
  erased: [
    'error',
    'Every byte is 0xff or every byte is 0x00: erased flash or a failed write, not an image.',
  ],
  'variable-store-only': [
    'error',
    'The file is one variable store (a VARS file) and holds no code; the firmware is the matching CODE file.',
  ],
  container: [
    'error',
    'The file holds something in another form, such as a disk image, compressed data or base64: its own bytes are never measured.',
  ],
  'other-file': ['error', 'The file is of another kind, such as a kernel, a key, a report or a text.'],
  'other-processor': [
    'warning',
    'The file is firmware for a processor other than x86, on which there is neither SEV nor TDX.',
  ],
  'misplaced-image': [
    'error',
    'The image ends before its file or behind it: there is padding or a line end after it, or its last bytes are missing.',
  ],
  'cut-image': [
    'error',
    'The front or the end of the image is missing: a firmware volume is not in it whole.',
  ],
  'doubled-image': ['warning', 'The file holds the same image twice, one after the other.'],
  'image-size': [
    'warning',
    'The size is not a whole number of 4 KiB pages, or more than 4 GiB, so the file cannot be mapped right below 4 GiB.',
  ],
  'bios-size': [
    'info',
    'The size is no multiple of 64 KiB, so that QEMU takes the file only as flash and not with -bios, as SNP and TDX guests need it.',
  ],
  'before-tables': [
    'info',
    'OVMF without a table and without its forerunner, a reset block: a build of before edk2-stable202008, or one for Xen. QEMU stops SEV-ES and SNP guests.',
  ],
  'no-table': [
    'error',
    'Neither a GUIDed table nor its forerunner ends 32 bytes before the end of the file.',
  ],
  'legacy-table': [
    'info',
    'The bare reset block of edk2-stable202008 and 202011, before there was a table. Only QEMU still reads it.',
  ],
  'table-length': [
    'error',
    'The length before the footer GUID is less than the footer, or reaches before the file.',
  ],
  'entry-length': [
    'error',
    'An entry is shorter than its own length and GUID, or longer than what is left of the table. Readers stop there.',
  ],
  'entry-payload-size': ['error', 'A known entry has more or fewer bytes of data than its layout.'],
  'duplicate-entry': [
    'error',
    'Two entries have one GUID. QEMU takes the one nearest to the footer, other readers take the other one.',
  ],
  'unknown-entry': [
    'info',
    'An entry with a GUID that no published table lists; its bytes are shown as they are.',
  ],
  'no-reset-block': [
    'warning',
    'The table has no SEV-ES reset block, so SEV-ES and SNP guests cannot start APs.',
  ],
  'reset-address-zero': [
    'info',
    'The reset address is zero: QEMU stops SEV-ES and SNP guests, plain SEV starts. Normal for 4M builds with a 32-bit SEC phase before edk2-stable202205.',
  ],
  'no-hash-area': [
    'info',
    'The table has no entry for a kernel hash area, so kernel-hashes=on cannot be used.',
  ],
  'no-secret-area': [
    'info',
    'The table has no entry for a secret area: a secret needs an explicit address, and firmware that looks for it.',
  ],
  'hash-area-empty': [
    'info',
    'The kernel hash area has no address or no size: kernel-hashes=on cannot be used.',
  ],
  'hash-area-small': [
    'error',
    'The kernel hash area is smaller than the 176 bytes that QEMU writes into it.',
  ],
  'secret-area-empty': [
    'info',
    'The secret area has no address or no size: a secret needs an explicit address.',
  ],
  'secret-area-small': [
    'warning',
    'The secret area has less than the 0xc00 bytes that AmdSev builds of OVMF reserve for the whole secret table.',
  ],
  'area-outside': ['error', 'An area ends above 4 GiB, where its 32-bit address cannot reach.'],
  'area-overlap': [
    'error',
    'Two areas, such as those for secret and kernel hashes, share bytes, so that what is put into one destroys the other.',
  ],
  'no-sev-metadata': [
    'info',
    'The table does not point at SEV metadata, without which no SNP guest can start.',
  ],
  'metadata-offset': [
    'error',
    'The distance to a metadata descriptor leads outside the file, or onto bytes that belong to something else.',
  ],
  'metadata-signature': [
    'error',
    'The bytes where a metadata descriptor should start do not carry its signature.',
  ],
  'metadata-guid': [
    'warning',
    'The GUID that precedes a TDVF descriptor is missing; some readers look for it.',
  ],
  'metadata-version': ['error', 'The descriptor has a version other than 1, whose layout is not known.'],
  'metadata-length': [
    'error',
    'Length and section count of a descriptor disagree, or more is claimed than fits.',
  ],
  'metadata-count': [
    'warning',
    'A descriptor lists more sections than any firmware has; only the first are read.',
  ],
  'section-unaligned': [
    'error',
    'The address or size of a guest memory range is not a whole number of 4 KiB pages.',
  ],
  'section-overlap': [
    'error',
    'Two guest memory ranges of one list share pages; a page can be added only once.',
  ],
  'section-outside': [
    'error',
    'A guest memory range ends above 4 GiB, or a parameter lies outside its area.',
  ],
  'section-raw-data': [
    'warning',
    'The file bytes of a TDX section are mapped at another address than it states.',
  ],
  'tdx-section-count': ['error', 'The TDX metadata list fewer than two sections, which QEMU refuses.'],
  'tdx-section-type': [
    'error',
    'A TDX section has a type other than BFV, CFV, TD_HOB and TEMP_MEM, which QEMU refuses.',
  ],
  'tdx-content-size': [
    'error',
    'A TDX section has more bytes of content than of memory, which QEMU refuses.',
  ],
  'tdx-content-missing': ['error', 'A BFV or CFV has no content in the file, which QEMU refuses.'],
  'tdx-content-unwanted': ['error', 'A TD_HOB or TEMP_MEM has content in the file, which QEMU refuses.'],
  'tdx-no-hob': ['error', 'The TDX metadata list no TD_HOB, without which QEMU starts no TDX guest.'],
  'tdx-outside-ram': [
    'error',
    'A TD_HOB or TEMP_MEM reaches into the range below 4 GiB in which no machine of QEMU has RAM.',
  ],
  'tdx-no-firmware': [
    'warning',
    'The TDX metadata list no BFV: nothing is loaded at the reset vector, and QEMU does not notice.',
  ],
  'tdx-no-variables': [
    'warning',
    'The image starts with variables, and the TDX metadata list no CFV for them: they are not loaded, and QEMU does not notice.',
  ],
  'tdx-content-outside': [
    'warning',
    'The content of a TDX section ends behind the file. QEMU does not check that, and the result is undefined. Normal for a CODE file: TDX needs it with its variables in one image.',
  ],
  'tdx-firmware-unmeasured': [
    'warning',
    'The BFV lacks the attribute EXTENDMR, so that nothing of the firmware is in MRTD. QEMU does not notice.',
  ],
  'section-empty': ['info', 'A section of size zero; it adds no page to a launch digest.'],
  'section-pages': [
    'warning',
    'A section of more than one page that digest tools measure as one; QEMU measures all of its pages.',
  ],
  'unknown-section-type': [
    'warning',
    'A section type that no published list has; readers may refuse or ignore it.',
  ],
  'outside-tail': ['info', 'Something lies before the part of the file that was given, so it was not read.'],
});

/** The name of a rule about OVMF images. */
export type OvmfRule = keyof typeof table.rules;

/** All rules by name, in the order of the documentation. */
export const OVMF_RULES = table.rules;

/** A finding under a rule of the table. */
export const ovmfFinding = table.finding;
