// The controls of a page of reference values: which launches, their files, and the form. A change takes effect at once.

import { findProfile } from '../../src/core/vmsa/launch/profiles';
import type { Form } from '../../src/core/check/digestForms';
import {
  hasSvn,
  partRow,
  partsOf,
  withMode,
  type ReferenceMode,
  type ReferencePart,
  type ReferenceQuestion,
} from '../../src/core/check/referenceQuestion';
import { send } from '../host';
import { Dropdown, Icon, IconButton, TextField } from '../parts/widgets';
import {
  controlOf,
  CPU_CHOICES,
  formChoices,
  MODE_CHOICES,
  NO_CPU,
  profileChoices,
  withCpu,
} from './referenceForm';

interface ControlsProps {
  question: ReferenceQuestion;
  /** Why there are no digests, and the input that it is about. */
  failure: { readonly text: string; readonly input?: string } | undefined;
  onChange: (question: ReferenceQuestion) => void;
}

/** An input as text, with a button that chooses a file. */
function Part({ part, wrong, ...props }: ControlsProps & { part: ReferencePart; wrong: string | undefined }) {
  const { question, onChange } = props;
  const { label, isFile } = partRow(part);
  return (
    <div class={`reference-part reference-${part}`}>
      <TextField
        label={label}
        value={question[part]}
        error={wrong}
        onInput={(text) => {
          onChange({ ...question, [part]: text });
        }}
      />
      {isFile && (
        <IconButton
          icon="folder-opened"
          label={`Choose: ${label}…`}
          onClick={() => {
            send({ type: 'choose', part, question });
          }}
        />
      )}
    </div>
  );
}

/** The controls; those that the mode does not have are omitted. */
export function ReferenceControls(props: ControlsProps) {
  const { question, failure, onChange } = props;
  const { mode, vcpus, cpus, profile, format, svn } = question;
  const wrongAt = (name: string) => (failure && controlOf(failure.input) === name ? failure.text : undefined);
  return (
    <div class="controls reference-controls" role="group" aria-label="Launches" data-pane>
      <div class="controls-line">
        <Dropdown
          label="Launch"
          class="reference-mode"
          value={mode}
          choices={MODE_CHOICES}
          onChange={(chosen) => {
            onChange(withMode(question, chosen as ReferenceMode));
          }}
        />
        <Dropdown
          label="VMM and kernel"
          class="control-profile"
          value={profile}
          choices={profileChoices(mode)}
          onChange={(chosen) => {
            onChange({ ...question, profile: chosen });
          }}
        />
        <TextField
          label="vCPUs"
          class="reference-vcpus"
          value={vcpus}
          error={wrongAt('vcpus')}
          onInput={(text) => {
            onChange({ ...question, vcpus: text });
          }}
        />
        <TextField
          label="CPUs"
          class="reference-cpus"
          value={cpus}
          error={wrongAt('cpus')}
          onInput={(text) => {
            onChange({ ...question, cpus: text });
          }}
        />
        <Dropdown
          label="QEMU models"
          class="control-cpu"
          value={NO_CPU}
          choices={CPU_CHOICES}
          onChange={(cpu) => {
            onChange(withCpu(question, cpu));
          }}
        />
        {partsOf(mode).map((part) => (
          <Part key={part} {...props} part={part} wrong={wrongAt(part)} />
        ))}
        <Dropdown
          label="Format"
          class="reference-format"
          value={format}
          choices={formChoices(mode)}
          onChange={(chosen) => {
            onChange({ ...question, format: chosen as Form });
          }}
        />
        {hasSvn(format) && (
          <TextField
            label="SVN"
            class="control-number"
            value={svn}
            error={wrongAt('svn')}
            onInput={(text) => {
              onChange({ ...question, svn: text });
            }}
          />
        )}
      </div>
      <div class="control-errors" role="alert">
        {failure && (
          <p>
            <Icon name="error" class="severity-error" /> {failure.text}
          </p>
        )}
      </div>
      {!failure && (
        <p class="control-hint">
          {findProfile(profile)?.doc ?? 'Each launch as every VMM and kernel that is known makes it.'}
        </p>
      )}
    </div>
  );
}
