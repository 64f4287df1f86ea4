// The page for a file that cannot be shown in the editor it was opened with: what it is, and what to do.

import type { Action } from '../../src/protocol/pages';
import { AnyActionButton, Icon } from './widgets';

/** A title, a text and buttons for what can be done. */
export function NoticeView(props: { title: string; text: string; actions: readonly Action[] }) {
  return (
    <div class="notice">
      <Icon name="info" class="notice-icon" />
      <h1>{props.title}</h1>
      {props.text.split('\n').map((line, i) => (
        <p key={i}>{line}</p>
      ))}
      <div class="actions">
        {props.actions.map((action, i) => (
          <AnyActionButton key={action} action={action} primary={i === 0} />
        ))}
      </div>
    </div>
  );
}
