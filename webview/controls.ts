// The only user of the webview UI toolkit, which is archived upstream: registers the elements that the page
// uses and declares their types.

import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeTextField,
} from '@vscode/webview-ui-toolkit';
import type { HTMLAttributes } from 'preact';

/** Registers the toolkit's elements with the browser; call it before anything is drawn. */
export function registerControls(): void {
  provideVSCodeDesignSystem().register(
    vsCodeButton(),
    vsCodeCheckbox(),
    vsCodeDropdown(),
    vsCodeOption(),
    vsCodeTextField(),
  );
}

/** What the toolkit's form elements have in common: their `value` is a property. */
export interface ValueElement extends HTMLElement {
  value: string;
}

/** The toolkit's text field; `control` is the input inside. */
export interface TextFieldElement extends ValueElement {
  readonly control?: HTMLInputElement;
}

/** The toolkit's check box. */
export interface CheckboxElement extends HTMLElement {
  checked: boolean;
}

type ToolkitElement<E extends HTMLElement, P = object> = HTMLAttributes<E> & P & { disabled?: boolean };

declare module 'preact' {
  // A namespace is the only way in which JSX learns of new elements.
  // eslint-disable-next-line @typescript-eslint/no-namespace
  namespace JSX {
    interface IntrinsicElements {
      'vscode-button': ToolkitElement<HTMLElement, { appearance?: 'primary' | 'secondary' | 'icon' }>;
      'vscode-checkbox': ToolkitElement<CheckboxElement, { checked?: boolean }>;
      'vscode-dropdown': ToolkitElement<ValueElement>;
      'vscode-option': ToolkitElement<HTMLElement, { value?: string }>;
      'vscode-text-field': ToolkitElement<TextFieldElement, { value?: string; placeholder?: string }>;
    }
  }
}
