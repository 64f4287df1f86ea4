// Launch security as typed parameters: libvirt-domain.h of 12.8, VIR_DOMAIN_LAUNCH_SECURITY_*.

import type { LaunchSecurityInfo } from '../core/domain/facts';

/** A value of a virTypedParameter; 64 bits are bigint. */
export type ParameterValue = number | bigint | string;

/** libvirt's parameter names for what virDomainGetLaunchSecurityInfo reports. */
const LAUNCH_SECURITY: Readonly<Record<keyof LaunchSecurityInfo, string>> = {
  measurement: 'sev-measurement',
  apiMajor: 'sev-api-major',
  apiMinor: 'sev-api-minor',
  buildId: 'sev-build-id',
  policy: 'sev-policy',
  snpPolicy: 'sev-snp-policy',
};
/** libvirt's parameter names for what virDomainSetLaunchSecurityState takes. */
const SECRET = {
  header: 'sev-secret-header',
  payload: 'sev-secret',
  address: 'sev-secret-set-address',
} as const;

/** A sealed secret: header and payload in base64, and the guest-physical address unless the firmware specifies it. */
export interface SealedSecret {
  readonly header: string;
  readonly payload: string;
  readonly address?: bigint | undefined;
}

/** The known ones of the reported parameters; one with an unexpected type counts as missing. */
export function launchSecurityFrom(values: ReadonlyMap<string, ParameterValue>): LaunchSecurityInfo {
  const value = (key: keyof LaunchSecurityInfo) => values.get(LAUNCH_SECURITY[key]);
  const number = (key: keyof LaunchSecurityInfo) => {
    const found = value(key);
    return typeof found === 'number' ? found : undefined;
  };
  const measurement = value('measurement');
  const snpPolicy = value('snpPolicy');
  return {
    measurement: typeof measurement === 'string' ? measurement : undefined,
    apiMajor: number('apiMajor'),
    apiMinor: number('apiMinor'),
    buildId: number('buildId'),
    policy: number('policy'),
    snpPolicy: typeof snpPolicy === 'bigint' ? snpPolicy : undefined,
  };
}

/** A sealed secret as parameters. */
export function secretParameters({ header, payload, address }: SealedSecret): Map<string, ParameterValue> {
  const values = new Map<string, ParameterValue>([
    [SECRET.header, header],
    [SECRET.payload, payload],
  ]);
  if (address !== undefined) values.set(SECRET.address, address);
  return values;
}
