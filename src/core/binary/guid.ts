// GUIDs as UEFI stores them (UEFI specification, appendix A): the first three groups little endian, the last
// eight bytes in order. The text form is always canonical lower case.

const ORDER = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
/** The bytes before which a hyphen stands, in the order of the text. */
const GROUPS: readonly number[] = [4, 6, 8, 10];
const DIGITS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** The canonical text of the 16 bytes at `at`. Walks of images ask for thousands. */
export function guidText(bytes: Uint8Array, at = 0): string {
  // Joined, because a sum of texts stays a tree of its parts in memory.
  const parts: string[] = [];
  for (let i = 0; i < ORDER.length; i++) {
    if (GROUPS.includes(i)) parts.push('-');
    parts.push(DIGITS[bytes[at + ORDER[i]!] ?? 0]!);
  }
  return parts.join('');
}

/** Whether a text has the form xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx, in either case. */
export function isGuid(text: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

/** The 16 bytes of a GUID in file order. @throws RangeError when the text is not a GUID. */
export function guidBytes(text: string): Uint8Array {
  if (!isGuid(text)) throw new RangeError(`${text} is not a GUID`);
  const digits = text.replaceAll('-', '');
  return Uint8Array.from(ORDER, (i) => Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16));
}
