// Small components that all views share: toolkit controls with labels, icons, and buttons
// that copy or ask the host to act.

import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { ReferenceQuestion } from '../../src/core/check/referenceQuestion';
import type { VmsaRequest } from '../../src/core/vmsa/launch/generate';
import {
  BUTTONS,
  type Action,
  type ActionOf,
  type PageName,
  type WebviewMessage,
} from '../../src/protocol/pages';
import type { TextFieldElement, ValueElement } from '../controls';
import { send } from '../host';

/** A codicon; it is hidden from screen readers, so it needs a text next to it. */
export function Icon({ name, class: more = '' }: { name: string; class?: string }) {
  return <span class={`codicon codicon-${name} ${more}`} aria-hidden="true" />;
}

interface ButtonProps<A extends Action> {
  action: A;
  primary?: boolean;
  disabled?: boolean;
  /** The comparison on the page. */
  request?: VmsaRequest | undefined;
  /** The reference values on the page. */
  question?: ReferenceQuestion | undefined;
  /** Whether what is copied or saved is masked. */
  redact?: boolean;
  onSent?: () => void;
}

/** The button for the actions of one page. */
export type ActionButtonOf<P extends PageName> = (props: ButtonProps<ActionOf<P> & Action>) => JSX.Element;

/** A button that asks the host for an action. A page uses it as an `ActionButtonOf` its own actions. */
export function AnyActionButton(props: ButtonProps<Action>) {
  const { action, primary = false, disabled = false, request, question, redact, onSent } = props;
  return (
    <vscode-button
      appearance={primary ? 'primary' : 'secondary'}
      disabled={disabled}
      onClick={() => {
        if (disabled) return;
        // ActionButtonOf says that the page has the action; the compiler does not look through so many.
        const pressed = {
          type: 'action',
          action,
          ...(request && { request }),
          ...(question && { question }),
          ...(redact && { redact }),
        };
        send(pressed as WebviewMessage);
        onSent?.();
      }}
    >
      <span slot="start" class={`codicon codicon-${BUTTONS[action].icon}`} aria-hidden="true" />
      {BUTTONS[action].label}
    </vscode-button>
  );
}

/** A button that copies `text`, which can be computed on click if it is long; `what` names it. */
export function CopyButton(props: { text: string | (() => string); what: string; label?: string }) {
  const { text, what, label } = props;
  const copy = () => {
    send({ type: 'copy', text: typeof text === 'string' ? text : text() });
  };
  return (
    <button
      type="button"
      class="quiet-button"
      aria-label={`Copy ${what}`}
      title={`Copy ${what}`}
      onClick={copy}
    >
      <Icon name="copy" />
      {label}
    </button>
  );
}

/** A button that is only an icon; its tooltip has its name and keys. */
export function IconButton(props: {
  icon: string;
  label: string;
  keys?: string;
  disabled?: boolean;
  pressed?: boolean;
  onClick: () => void;
}) {
  const { icon, label, keys, disabled = false, pressed, onClick } = props;
  return (
    <button
      type="button"
      class="quiet-button"
      aria-label={label}
      aria-pressed={pressed}
      title={keys === undefined ? label : `${label} (${keys})`}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon name={icon} />
    </button>
  );
}

/** The button that expands and collapses a part of the page; the caller keeps the state and may save it. */
export function Disclosure(props: { label: string; open: boolean; onChange: (open: boolean) => void }) {
  const { label, open, onChange } = props;
  return (
    <button
      type="button"
      class="quiet-button"
      aria-expanded={open}
      onClick={() => {
        onChange(!open);
      }}
    >
      <Icon name={open ? 'chevron-down' : 'chevron-right'} /> {label}
    </button>
  );
}

/** The fill that marks what is wrong or reserved in a picture, so that colour is not needed; used as `url(#id)`. */
export function HatchPattern({ id, line }: { id: string; line: string }) {
  return (
    <defs>
      <pattern id={id} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect class={line} width="1" height="6" />
      </pattern>
    </defs>
  );
}

/** A check box of the toolkit. */
export function Checkbox(props: { label: string; checked: boolean; onChange: (checked: boolean) => void }) {
  const { label, checked, onChange } = props;
  return (
    <vscode-checkbox
      checked={checked}
      onChange={(event) => {
        // The element also reports changes that the page has made.
        const now = event.currentTarget.checked;
        if (now !== checked) onChange(now);
      }}
    >
      {label}
    </vscode-checkbox>
  );
}

/** The toolkit's text field labels itself "Text field" when it is connected; this corrects the label afterwards. */
function useName(name: string) {
  const element = useRef<TextFieldElement>(null);
  useLayoutEffect(() => {
    element.current?.setAttribute('aria-label', name);
  });
  return element;
}

/** A toolkit text field with a label above it; its accessible name includes what is wrong with the input. */
export function TextField(props: {
  label: string;
  value: string;
  error?: string | undefined;
  class?: string;
  onInput: (value: string) => void;
}) {
  const { label, value, error, class: more = '', onInput } = props;
  const element = useName(error === undefined ? label : `${label}: ${error}`);
  return (
    <div class={`control ${more} ${error === undefined ? '' : 'control-wrong'}`}>
      <span class="control-label" aria-hidden="true">
        {label}
      </span>
      <vscode-text-field
        ref={element}
        aria-invalid={error === undefined ? 'false' : 'true'}
        value={value}
        onInput={(event) => {
          const now = event.currentTarget.value;
          if (now !== value) onInput(now);
        }}
      />
    </div>
  );
}

/**
 * A text field without a visible label; `onKey` returns whether it handled the key. A new `asked` value focuses it.
 */
export function PlainField(props: {
  label: string;
  value: string;
  asked?: number;
  wrong?: boolean;
  disabled?: boolean;
  class?: string;
  /** Marks the field for keys that move to it. */
  mark?: string;
  onInput: (value: string) => void;
  onKey: (event: KeyboardEvent) => boolean;
  onLeave?: () => void;
}) {
  const {
    label,
    value,
    asked,
    wrong = false,
    disabled = false,
    class: more = '',
    mark,
    onInput,
    onKey,
  } = props;
  const element = useName(label);
  useLayoutEffect(() => {
    if (asked === undefined) return;
    element.current?.focus();
    element.current?.control?.select();
  }, [asked]);
  return (
    <vscode-text-field
      ref={element}
      class={`${more} ${wrong ? 'field-wrong' : ''}`}
      placeholder={label}
      aria-invalid={wrong ? 'true' : 'false'}
      value={value}
      disabled={disabled}
      data-mark={mark}
      onInput={(event) => {
        const now = event.currentTarget.value;
        if (now !== value) onInput(now);
      }}
      onKeyDown={(event) => {
        if (!onKey(event)) return;
        event.preventDefault();
        event.stopPropagation();
      }}
      onBlur={props.onLeave}
    />
  );
}

/** An option of a dropdown. */
export interface Choice {
  readonly value: string;
  readonly text: string;
}

/** A dropdown of the toolkit with a label above it. */
export function Dropdown(props: {
  label: string;
  value: string;
  choices: readonly Choice[];
  disabled?: boolean;
  class?: string;
  onChange: (value: string) => void;
}) {
  const { label, value, choices, disabled = false, class: more = '', onChange } = props;
  const element = useRef<ValueElement>(null);
  // The element learns its options in a later microtask and selects the first; only then can it take a value.
  useLayoutEffect(() => {
    const set = () => {
      if (element.current && element.current.value !== value) element.current.value = value;
    };
    set();
    const later = requestAnimationFrame(set);
    return () => {
      cancelAnimationFrame(later);
    };
  });
  return (
    <div class={`control ${more}`}>
      <span class="control-label" aria-hidden="true">
        {label}
      </span>
      <vscode-dropdown
        ref={element}
        aria-label={label}
        disabled={disabled}
        onChange={(event) => {
          const now = event.currentTarget.value;
          if (now !== '' && now !== value) onChange(now);
        }}
      >
        {choices.map((choice) => (
          // An option reads its text only once, when it is connected.
          <vscode-option key={`${choice.value} ${choice.text}`} value={choice.value}>
            {choice.text}
          </vscode-option>
        ))}
      </vscode-dropdown>
    </div>
  );
}

/** The filter box above a grid. */
export function FilterBox(props: { label: string; value: string; onInput: (value: string) => void }) {
  const { label, value, onInput } = props;
  const element = useName(label);
  return (
    <vscode-text-field
      ref={element}
      class="filter-box"
      data-filter
      placeholder={label}
      value={value}
      onInput={(event) => {
        const now = event.currentTarget.value;
        if (now !== value) onInput(now);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && value !== '') onInput('');
      }}
    >
      <span slot="start" class="codicon codicon-filter" aria-hidden="true" />
    </vscode-text-field>
  );
}

/** The bar above a grid: the filter, its options, and how much of the tree is visible. */
export function FilterBar({ children, status }: { children: ComponentChildren; status: string }) {
  return (
    <div class="filter-bar" data-pane>
      {children}
      <span class="filter-status" role="status">
        {status}
      </span>
    </div>
  );
}
