// GUIDs that are common in firmware volumes of edk2: file systems, methods of guided sections, variable
// stores, the volumes and files of OVMF that matter to a confidential guest, and vendors of variables (edk2, .dec, .inf and
// .fdf files of MdePkg, MdeModulePkg, SecurityPkg, NetworkPkg, ShellPkg and OvmfPkg; shim and systemd for theirs).

/** A GUID with a known name. */
export interface KnownGuid {
  readonly guid: string;
  readonly name: string;
  /** The kind of thing it identifies. */
  readonly of: 'file system' | 'section' | 'store' | 'volume' | 'file' | 'vendor';
}

/** The file system of Intel's framework, before UEFI PI. */
export const FFS1 = '7a9354d9-0468-444a-81ce-0bf617d890df';
/** The file system of UEFI PI 1.0 and later. */
export const FFS2 = '8c8ce578-8a3d-4f1c-9935-896185c32dd3';
/** The same, with support for files of 16 MiB and more. */
export const FFS3 = '5473c07a-3dcb-4dca-bd6f-1e9689e7349a';
/** A volume that holds a variable store. */
export const NVRAM = 'fff12b8d-7696-4c8b-a985-2747075b4f50';
/** A guided section whose data is an LZMA-alone stream. */
export const LZMA = 'ee4e5898-3914-4259-9d6e-dc7bd79403cf';
/** The same over code whose branch targets were made absolute. */
export const LZMA_F86 = 'd42ae6bd-1352-4bfb-909a-ca72a6eae889';
/** A guided section whose data is compressed with UEFI's standard method with five bits for position codes. */
export const TIANO = 'a31280ad-481e-41b6-95e8-127f4c984779';
/** A guided section whose data is two sizes and a Brotli stream. */
export const BROTLI = '3d532050-5cda-4fd0-879e-0f7f630d5afb';
/** A guided section with a CRC32 before its data. */
export const CRC32 = 'fc1bcdb0-7d31-49aa-936a-a4600d9dd083';
/** A store whose variables have time stamps and keys. */
export const AUTHENTICATED_STORE = 'aaf32c78-947b-439a-a180-2e144ec37792';
/** A store of plain variables. */
export const PLAIN_STORE = 'ddcf3616-3275-4164-98b6-fe85707ffe7d';
/** The journal that makes writes survive a power failure. */
export const WORKING_BLOCK = '9e58292b-7c68-497d-a0ce-6500fd9f1b95';
/** EFI_GLOBAL_VARIABLE: the variables that the UEFI specification defines. */
export const GLOBAL_VARIABLE = '8be4df61-93ca-11d2-aa0d-00e098032b8c';
/** The vendor of the variable that turns edk2's secure boot off. */
export const SECURE_BOOT_ENABLE = 'f0a30bc7-af08-4556-99c4-001009c93a44';
/** The vendor of the variable that lets keys be changed without signatures. */
export const CUSTOM_MODE = 'c076ec0c-7028-4399-a072-71ee5c448b9f';
/** The volume of the DXE phase. */
export const DXEFV = '7cb8bdc9-f8eb-4f34-aaea-3ee4af6516a1';

/** Files of OVMF that tell what a build can do; the names are those of their modules in edk2. */
export const TELLING_FILES = {
  'df1ccef6-f301-4a63-9661-fc6030dcc880': 'SecMain',
  '69d96630-eb64-4b33-8491-13a5cf023dcf': 'SecMain (TDX)',
  '45260dde-0c3c-4b41-a226-ef3803fac7d4': 'SecretPei',
  '6e2b9619-8810-4e9d-a177-d432bb9abeda': 'SecretDxe',
  '2ec9da37-ee35-4de9-86c5-6d9a81dc38a7': 'AmdSevDxe',
  'e750224e-7bce-40af-b5bb-47e3611eb5c2': 'TdxDxe',
  '1206f7ca-a475-4624-a83e-e6fc9bb38e49': 'SmmControl2Dxe',
  '2fa2a6da-11d5-4dc3-999a-749648b03c56': 'PiSmmIpl',
  'e94f54cd-81eb-47ed-aec3-856f5dc157a9': 'PiSmmCore',
  '6e14b6fd-3600-4dd6-a17a-206b3b6dce16': 'StandaloneMmCore',
  '578a0d17-2dc0-4c7d-a121-d8d771923bb0': 'StandaloneMmIplPei',
} as const;

/** A file that tells what a build can do. */
export type TellingFile = (typeof TELLING_FILES)[keyof typeof TELLING_FILES];

/** EFI_FFS_VOLUME_TOP_FILE_GUID, the name of the file that ends the last volume of an edk2 image. */
export const VOLUME_TOP_FILE = '1ba0062e-c779-4582-8566-336ae8f78f09';

/** All known GUIDs, by kind. */
export const KNOWN_GUIDS: readonly KnownGuid[] = [
  { guid: FFS1, name: 'FFS1', of: 'file system' },
  { guid: FFS2, name: 'FFS2', of: 'file system' },
  { guid: FFS3, name: 'FFS3', of: 'file system' },
  { guid: NVRAM, name: 'NVRAM', of: 'file system' },
  { guid: LZMA, name: 'LZMA', of: 'section' },
  { guid: LZMA_F86, name: 'LZMA with x86 filter', of: 'section' },
  { guid: TIANO, name: 'Tiano', of: 'section' },
  { guid: BROTLI, name: 'Brotli', of: 'section' },
  { guid: CRC32, name: 'CRC32', of: 'section' },
  { guid: 'a7717414-c616-4977-9420-844712a735bf', name: 'RSA2048-SHA256', of: 'section' },
  { guid: AUTHENTICATED_STORE, name: 'authenticated variables', of: 'store' },
  { guid: PLAIN_STORE, name: 'variables', of: 'store' },
  { guid: WORKING_BLOCK, name: 'FTW working block', of: 'store' },
  { guid: '763bed0d-de9f-48f5-81f1-3e90e1b1a015', name: 'SECFV', of: 'volume' },
  { guid: '6938079b-b503-4e3d-9d24-b28337a25806', name: 'PEIFV', of: 'volume' },
  { guid: DXEFV, name: 'DXEFV', of: 'volume' },
  { guid: '48db5e17-707c-472d-91cd-1613e7ef51b0', name: 'FVMAIN_COMPACT', of: 'volume' },
  { guid: 'ae047c6d-bce9-426c-ae03-a68e3b8a0488', name: 'NCCFV', of: 'volume' },
  { guid: '9e21fd93-9c72-4c15-8c4b-e77f1db2d792', name: 'FVMAIN_COMPACT file', of: 'file' },
  { guid: VOLUME_TOP_FILE, name: 'volume top file (reset vector)', of: 'file' },
  { guid: '1b45cc0a-156a-428a-af62-49864da0e6e6', name: 'PEI apriori list', of: 'file' },
  { guid: 'fc510ee7-ffdc-11d4-bd41-0080c73c8881', name: 'DXE apriori list', of: 'file' },
  { guid: 'ffffffff-ffff-ffff-ffff-ffffffffffff', name: 'padding', of: 'file' },
  { guid: '52c05b14-0b98-496c-bc3b-04b50211d680', name: 'PeiCore', of: 'file' },
  { guid: 'd6a2cb7f-6a18-4e2f-b43b-9920a733700a', name: 'DxeCore', of: 'file' },
  { guid: '222c386d-5abc-4fb4-b124-fbb82488acf4', name: 'PlatformPei', of: 'file' },
  { guid: 'b5ae312c-bc8a-43b1-9c62-ebb826dd5d07', name: 'GRUB', of: 'file' },
  ...Object.entries(TELLING_FILES).map(([guid, name]) => ({ guid, name, of: 'file' as const })),
  { guid: GLOBAL_VARIABLE, name: 'EFI global variable', of: 'vendor' },
  { guid: 'd719b2cb-3d3a-4596-a3bc-dad00e67656f', name: 'image security database', of: 'vendor' },
  { guid: CUSTOM_MODE, name: 'secure boot custom mode', of: 'vendor' },
  { guid: SECURE_BOOT_ENABLE, name: 'secure boot enable', of: 'vendor' },
  { guid: '9073e4e0-60ec-4b6e-9903-4c223c260f3c', name: 'vendor keys', of: 'vendor' },
  { guid: 'd9bee56e-75dc-49d9-b4d7-b534210f637a', name: 'signers of variables', of: 'vendor' },
  { guid: '605dab50-e046-4300-abb6-3dd810dd8b23', name: 'shim (MOK)', of: 'vendor' },
  {
    guid: '4a67b082-0a4c-41cf-b6c7-440b29bb8c4f',
    name: 'boot loader interface (systemd-boot)',
    of: 'vendor',
  },
  { guid: '77fa9abd-0359-4d32-bd60-28f4e78f784b', name: 'Microsoft', of: 'vendor' },
  { guid: '7235c51c-0c80-4cab-87ac-3b084a6304b1', name: 'OVMF platform configuration', of: 'vendor' },
  { guid: 'eb704011-1402-11d3-8e77-00a0c969723b', name: 'monotonic counter', of: 'vendor' },
  { guid: '04b37fe8-f6ae-480b-bdd5-37d98c5e89aa', name: 'variable errors', of: 'vendor' },
  { guid: '4c19049f-4137-4dd3-9c10-8b97a83ffdfa', name: 'memory type information', of: 'vendor' },
  { guid: '0f6499b1-e9ad-493d-b9c2-2f90815c6cbc', name: 'TCG physical presence', of: 'vendor' },
  { guid: 'aeb9c5c1-94f1-4d02-bfd9-4602db2d3c54', name: 'TCG2 physical presence', of: 'vendor' },
  { guid: '6339d487-26ba-424b-9a5d-687e25d740bc', name: 'TCG2 configuration', of: 'vendor' },
  { guid: 'e20939be-32d4-41be-a150-897f85d49829', name: 'TCG memory overwrite request', of: 'vendor' },
  { guid: 'bb983ccf-151d-40e1-a07b-4a17be168292', name: 'TCG memory overwrite lock', of: 'vendor' },
  { guid: '4b47d616-a8d6-4552-9d44-ccad2e0f4cf9', name: 'iSCSI configuration', of: 'vendor' },
  { guid: '59324945-ec44-4c0d-b1cd-9db139df070c', name: 'iSCSI initiator', of: 'vendor' },
  { guid: '414e6bdd-e47b-47cc-b244-bb61020cf516', name: 'hardware error records', of: 'vendor' },
];

const byGuid = new Map(KNOWN_GUIDS.map((known) => [known.guid, known]));

/** The name of a known GUID (canonical lower-case text), or undefined. */
export function guidName(guid: string): string | undefined {
  return byGuid.get(guid)?.name;
}
