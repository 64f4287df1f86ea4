// Launch digests of SEV-SNP, each of them once, as the reference values that verifiers take. Nothing in them depends on the time, so that the same launches give
// the same file.

import { bytesToHex, toBase64, utf8 } from '../binary/hex';
import { jsonText } from '../binary/json';
import type { MatrixRow } from './matrix';

/** What reference values need of a launch. */
export type Launched = Pick<MatrixRow, 'vcpus' | 'digest'>;

/** The name under which the default policy of Trustee looks for launch digests. */
const RVPS_NAME = 'snp_launch_measurement';

/** RVPS gives values that it registers twelve months; one in a ConfigMap says for itself when it expires. */
const NEVER = '2099-12-31T00:00:00Z';

const digestsOf = (launches: readonly Launched[]): string[] =>
  launches.map(({ digest }) => bytesToHex(digest));

/** A message that registers the digests with Trustee's RVPS (`rvps-tool register --path`; trustee, rvps/src/extractors/sample). */
export function rvpsMessage(launches: readonly Launched[]): string {
  const provenance = toBase64(utf8(JSON.stringify({ [RVPS_NAME]: digestsOf(launches) })));
  return `${jsonText({ version: '0.1.0', type: 'sample', provenance })}\n`;
}

/** The ConfigMap that the operator of Trustee mounts, for `kubectl apply`. */
export function rvpsConfigMap(launches: readonly Launched[]): string {
  const values = jsonText([{ name: RVPS_NAME, expiration: NEVER, value: digestsOf(launches) }]);
  return [
    'apiVersion: v1',
    'kind: ConfigMap',
    'metadata:',
    '  name: rvps-reference-values',
    '  namespace: trustee-operator-system',
    'data:',
    '  reference-values.json: |',
    ...values.split('\n').map((line) => `    ${line}`),
    '',
  ].join('\n');
}

/** The processors that Contrast knows. A launch digest holds the signature of the guest's CPU, which does not say on which of them it runs. */
const CONTRAST_PRODUCTS = ['Milan', 'Genoa'] as const;

/**
 * `ReferenceValues` of Contrast's manifest (contrast, internal/manifest/referencevalues.go). The least versions of the platform are null, because
 * no launch says them: Contrast asks for them.
 */
export function contrastValues(launches: readonly Launched[]): string {
  const snp = CONTRAST_PRODUCTS.flatMap((product) =>
    launches.map(({ vcpus, digest }) => ({
      Platform: 'Metal-QEMU-SNP',
      ProductName: product,
      TrustedMeasurement: bytesToHex(digest),
      MinimumTCB: {
        BootloaderVersion: null,
        TEEVersion: null,
        SNPVersion: null,
        MicrocodeVersion: null,
      },
      GuestPolicy: { SMT: true },
      PlatformInfo: { SMTEnabled: true },
      AllowedChipIDs: [],
      CPUs: vcpus,
    })),
  );
  return `${jsonText({ snp })}\n`;
}
