// The controls above a comparison: the CPU, launch profile, role and reset address that the expected page is
// generated for. A change takes effect immediately.

import { hex } from '../../src/core/binary/hex';
import { conjunction } from '../../src/core/binary/words';
import { featureConflicts } from '../../src/core/vmsa/compare/openFeatures';
import { CPU_MODELS, findCpuModel } from '../../src/core/vmsa/launch/cpuModels';
import { findProfile, PROFILES } from '../../src/core/vmsa/launch/profiles';
import type { CpuId } from '../../src/core/vmsa/launch/signature';
import { svsmPart, type SvsmPart } from '../../src/core/vmsa/launch/svsm';
import { FEATURE_ROWS } from '../../src/core/vmsa/layout/bitsSev';
import { bitsOfFeatures, featuresText, nameOfFeature } from '../../src/core/vmsa/layout/features';
import type { FirmwareChoice } from '../../src/protocol/vmsa';
import {
  CUSTOM,
  cpuNameOf,
  featuresOf,
  needsOfForm,
  parseAddress,
  withCpuName,
  withCpuPart,
  withFeature,
  withProfile,
  type Form,
  type FormErrors,
  type InputName,
} from './comparisonForm';
import { useSaved } from '../host';
import {
  AnyActionButton,
  Checkbox,
  Disclosure,
  Dropdown,
  Icon,
  TextField,
  type ActionButtonOf,
} from '../parts/widgets';
import type { VmsaRequest } from '../../src/core/vmsa/launch/generate';

const ActionButton: ActionButtonOf<'comparison'> = AnyActionButton;

/** The CPUs by name: recently chosen ones first. */
function cpuChoices(recent: readonly CpuId[]) {
  const lately = [...new Set(recent.map(cpuNameOf))].filter((name) => name !== CUSTOM);
  const others = CPU_MODELS.map(({ name }) => name).filter((name) => !lately.includes(name));
  const named = [...lately, ...others].map((name) => ({ value: name, text: name }));
  return [...named, { value: CUSTOM, text: 'Custom' }];
}

const PROFILE_CHOICES = PROFILES.map(({ id, title }) => ({ value: id, text: title }));
const ROLE_CHOICES = [
  { value: 'bsp', text: 'BSP (vCPU 0)' },
  { value: 'ap', text: 'AP (other vCPUs)' },
] as const;
const TYPED = 'typed';

/** A remark about the choice; it uses the place of error messages, so that nothing moves when one appears. */
function hint(form: Form): string {
  const profile = findProfile(form.profile)?.doc ?? '';
  const note = findCpuModel(form.cpuName)?.note;
  return note === undefined ? profile : `${profile} ${form.cpuName}: ${note}.`;
}

interface ControlsProps {
  form: Form;
  errors: FormErrors;
  /** What the controls request now; undefined while an input is wrong. */
  request: VmsaRequest | undefined;
  /** The last valid request, for actions taken while an input is wrong. */
  lastRequest: VmsaRequest;
  firmware: readonly FirmwareChoice[];
  recent: readonly CpuId[];
  onChange: (form: Form) => void;
  /** Called when the host is asked for a CPU or a firmware image. */
  onPick: () => void;
}

/** Where an AP starts, typed or taken from an image; not needed for a BSP's page. */
function ResetAddress(props: ControlsProps) {
  const { form, errors, request, lastRequest, firmware, onChange, onPick } = props;
  const address = parseAddress(form.resetAddress);
  const chosen = firmware.findIndex((choice) => choice.resetAddress === address);
  const choices = [
    ...firmware.map(({ name, resetAddress }, i) => ({
      value: `${i}`,
      text: `${name} (${hex(resetAddress, 8)})`,
    })),
    { value: TYPED, text: firmware.length > 0 ? 'None of these' : 'No OVMF image known' },
  ];
  return (
    <>
      <TextField
        label="Reset address"
        class="control-address"
        value={form.resetAddress}
        error={errors.resetAddress}
        onInput={(resetAddress) => {
          onChange({ ...form, resetAddress });
        }}
      />
      <Dropdown
        label="Taken from"
        class="control-firmware"
        value={chosen < 0 ? TYPED : `${chosen}`}
        choices={choices}
        disabled={firmware.length === 0}
        onChange={(value) => {
          const choice = firmware[Number(value)];
          if (choice) onChange({ ...form, resetAddress: hex(choice.resetAddress, 8) });
        }}
      />
      <ActionButton action="pickFirmware" request={request ?? lastRequest} onSent={onPick} />
    </>
  );
}

/** The CPU by name and by its three numbers, and a button to search for it. */
function Cpu({ form, errors, request, lastRequest, recent, onChange, onPick }: ControlsProps) {
  return (
    <>
      <Dropdown
        label="CPU"
        class="control-cpu"
        value={form.cpuName}
        choices={cpuChoices(recent)}
        onChange={(name) => {
          onChange(withCpuName(form, name));
        }}
      />
      {(['family', 'model', 'stepping'] as const).map((part) => (
        <TextField
          key={part}
          label={part[0]!.toUpperCase() + part.slice(1)}
          class="control-number"
          value={form[part]}
          error={errors[part]}
          onInput={(text) => {
            onChange(withCpuPart(form, part, text));
          }}
        />
      ))}
      <ActionButton action="pickCpu" request={request ?? lastRequest} onSent={onPick} />
    </>
  );
}

/** The values that an SVSM image determines. */
function Svsm({ form, errors, onChange, parts }: ControlsProps & { parts: readonly SvsmPart[] }) {
  return (
    <>
      {parts.map((part) => (
        <TextField
          key={part}
          label={svsmPart(part).label}
          class="control-address"
          value={form[part]}
          error={errors[part]}
          onInput={(text) => {
            onChange({ ...form, [part]: text });
          }}
        />
      ))}
    </>
  );
}

/** The names of SEV features that are on, in few words. */
function featuresInWords(features: bigint | undefined): string {
  if (features === undefined) return 'not a set';
  const names = bitsOfFeatures(features).map(nameOfFeature);
  return names.length === 0 ? 'none' : names.join(', ');
}

/** SEV features: those of the profile until one is switched, or a number or names are typed. */
function Features({ form, errors, onChange }: ControlsProps) {
  const [open, setOpen] = useSaved('comparison.features', false);
  const features = featuresOf(form);
  const conflicts = features === undefined ? [] : featureConflicts(features);
  return (
    <div class="features">
      <Disclosure label={`SEV features: ${featuresInWords(features)}`} open={open} onChange={setOpen} />
      {open && (
        <div class="features-set" role="group" aria-label="SEV features">
          {FEATURE_ROWS.map(({ name, lsb, doc }) => (
            <span key={name} title={`Bit ${lsb}: ${doc}`}>
              <Checkbox
                label={name}
                checked={features !== undefined && ((features >> BigInt(lsb)) & 1n) === 1n}
                onChange={(on) => {
                  onChange(withFeature(form, lsb, on));
                }}
              />
            </span>
          ))}
        </div>
      )}
      {open && (
        <div class="controls-line">
          <TextField
            label="sev_features"
            class="control-features"
            value={form.features ?? featuresText(features ?? 0n)}
            error={errors.features}
            onInput={(text) => {
              onChange({ ...form, features: text });
            }}
          />
          {conflicts.length > 0 && (
            <p class="control-hint">
              <Icon name="warning" class="severity-warning" />{' '}
              {`No vCPU can run with these: ${conjunction(conflicts)}.`}
            </p>
          )}
        </div>
      )}
    </div>
  );
}

/** The controls; those that the profile does not need are omitted. */
export function ComparisonControls(props: ControlsProps) {
  const { form, errors, onChange } = props;
  const messages = Object.entries(errors) as [InputName, string][];
  const needs = needsOfForm(form);
  const roles = findProfile(form.profile)?.roles ?? ['bsp', 'ap'];
  return (
    <div class="controls" role="group" aria-label="Expected page" data-pane>
      <div class="controls-line">
        <Dropdown
          label="Profile"
          class="control-profile"
          value={form.profile}
          choices={PROFILE_CHOICES}
          onChange={(profile) => {
            onChange(withProfile(form, profile));
          }}
        />
        <Dropdown
          label="Role"
          class="control-role"
          value={form.role}
          choices={ROLE_CHOICES.filter(({ value }) => roles.includes(value))}
          disabled={roles.length < 2}
          onChange={(role) => {
            onChange({ ...form, role: role === 'ap' ? 'ap' : 'bsp' });
          }}
        />
        {needs.cpu && <Cpu {...props} />}
        {needs.resetAddress && <ResetAddress {...props} />}
        <Svsm {...props} parts={needs.svsm} />
      </div>
      <Features {...props} />
      <div class="control-errors" role="alert">
        {messages.map(([input, message]) => (
          <p key={input}>
            <Icon name="error" class="severity-error" /> {message}
          </p>
        ))}
      </div>
      {messages.length === 0 && <p class="control-hint">{hint(form)}</p>}
    </div>
  );
}
