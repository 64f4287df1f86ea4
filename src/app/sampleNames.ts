// The names of the sample's files, for whoever writes, describes or opens it.

/** The names of the sample's files. Launch files sort first, in the order in which the README has them. */
export const SAMPLE = {
  snpMatches: '1-snp-matches.sevlaunch.json',
  snpMismatch: '2-snp-mismatch.sevlaunch.json',
  sevEsMatches: '3-sev-es-matches.sevlaunch.json',
  sevEsMismatch: '4-sev-es-mismatch.sevlaunch.json',
  firmware: 'OVMF.sample.fd',
  vmsa: 'vcpu0.vmsa',
  wrongVmsa: 'vcpu0-wrong.vmsa',
  kernel: 'vmlinuz.sample',
  initrd: 'initrd.sample',
  tik: 'sample_tik.bin',
  tek: 'sample_tek.bin',
  readme: 'README.md',
} as const;
