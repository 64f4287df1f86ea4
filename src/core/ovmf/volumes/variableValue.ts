// The values of variables as text, for those that say how a guest boots (UEFI specification, "Globally Defined Variables"
// and "Load Options"; edk2, AuthenticatedVariableFormat.h), and EFI_TIME.

import { decode, row, struct } from '../../binary/struct';
import { visibleText } from '../../binary/plainText';
import { CUSTOM_MODE, GLOBAL_VARIABLE, SECURE_BOOT_ENABLE } from './guids';
import { utf16 } from './tree';

const EFI_TIME = struct('EFI_TIME', 16, [
  row(0x00, 'year', 'u16', 'from 1900'),
  row(0x02, 'month', 'u8', '1 to 12'),
  row(0x03, 'day', 'u8', '1 to 31'),
  row(0x04, 'hour', 'u8', '0 to 23'),
  row(0x05, 'minute', 'u8', '0 to 59'),
  row(0x06, 'second', 'u8', '0 to 59'),
  row(0x07, 'rest', 9, 'nanoseconds, time zone and daylight, which are zero in time stamps'),
]);

/** The EFI_TIME at `at` as `2024-02-29 12:00:00`; undefined when it is zero or erased. */
export function timeText(bytes: Uint8Array, at: number): string | undefined {
  const { year, month, day, hour, minute, second } = decode(EFI_TIME, bytes, at);
  if (year === 0 || year === 0xffff) return undefined;
  const [date, time] = [
    [year, month, day],
    [hour, minute, second],
  ].map((parts) => parts.map((part) => `${part}`.padStart(2, '0')));
  return `${date!.join('-')} ${time!.join(':')}`;
}

/** The attributes and the length of the paths of a load option, before its description. */
const LOAD_OPTION_HEADER = 6;
const ACTIVE = 1;
/** No description is longer on any screen. */
const MOST_TEXT = 80;
/** More boot options than people read. */
const MOST_LISTED = 8;

type Reader = (value: Uint8Array) => string | undefined;

const u16 = (bytes: Uint8Array, at: number) => bytes[at]! | (bytes[at + 1]! << 8);

const language: Reader = (value) => {
  const end = value.indexOf(0);
  const text = String.fromCharCode(...value.subarray(0, end < 0 ? MOST_TEXT : Math.min(end, MOST_TEXT)));
  return /^[a-zA-Z0-9;_-]+$/.test(text) ? text : undefined;
};

/** A byte that is 0 or 1, in words. */
const oneOf =
  (...words: readonly [string, string]): Reader =>
  (value) =>
    value.length === 1 ? words[value[0]!] : undefined;

/** Numbers of boot options. */
const order: Reader = (value) => {
  if (value.length === 0 || value.length % 2 !== 0) return undefined;
  const count = value.length / 2;
  const listed = Array.from({ length: Math.min(count, MOST_LISTED) }, (_, i) =>
    u16(value, 2 * i)
      .toString(16)
      .toUpperCase()
      .padStart(4, '0'),
  );
  return `${listed.join(' ')}${count > MOST_LISTED ? ` and ${count - MOST_LISTED} more` : ''}`;
};

/** EFI_LOAD_OPTION: the description, if the paths after it fit. */
const loadOption: Reader = (value) => {
  if (value.length < LOAD_OPTION_HEADER + 2) return undefined;
  const text = utf16(value, LOAD_OPTION_HEADER, value.length, MOST_TEXT);
  const paths = LOAD_OPTION_HEADER + 2 * text.length + 2;
  if (text === '' || u16(value, 4) > value.length - paths) return undefined;
  return `"${visibleText(text.trim())}"${(value[0]! & ACTIVE) === 0 ? ', not active' : ''}`;
};

const READERS: readonly (readonly [vendor: string, name: RegExp, Reader])[] = [
  [GLOBAL_VARIABLE, /^(SecureBoot|SetupMode|AuditMode|DeployedMode)$/, oneOf('off', 'on')],
  [GLOBAL_VARIABLE, /^(Boot|Driver|SysPrep)Order$/, order],
  [GLOBAL_VARIABLE, /^BootNext$/, (value) => (value.length === 2 ? order(value) : undefined)],
  [GLOBAL_VARIABLE, /^(Boot|Driver|SysPrep)[0-9A-F]{4}$/, loadOption],
  [GLOBAL_VARIABLE, /^(Platform)?Lang$/, language],
  [GLOBAL_VARIABLE, /^Timeout$/, (value) => (value.length === 2 ? `${u16(value, 0)} s` : undefined)],
  [SECURE_BOOT_ENABLE, /^SecureBootEnable$/, oneOf('off', 'on')],
  [CUSTOM_MODE, /^CustomMode$/, oneOf('standard', 'custom')],
];

/** The value of a variable in words; undefined when it is none of these, or does not have their form. */
export function valueText(vendor: string, name: string, value: Uint8Array): string | undefined {
  return READERS.find(([owner, pattern]) => owner === vendor && pattern.test(name))?.[2](value);
}
