// The page's own boxes for finding and for going to an offset (Ctrl+F, Ctrl+G). VS Code's find sees only
// rendered text, which excludes other notations of values, aliases and rows that are scrolled out of view.

import { useEffect, useRef, useState } from 'preact/hooks';
import { matchFrom, parseTarget, ByteSearch, stepMatch, type Match } from './find';
import { useHostMessages, useSaved } from '../host';
import type { TreeNode } from './rows';
import { IconButton, PlainField } from './widgets';

/** Which box is open. */
export type Box = 'find' | 'goto' | undefined;

/** The open box; the page's keys and VS Code's commands open it. */
export function useBox(): { box: Box; asked: number; close: () => void } {
  const [state, setState] = useState<{ box: Box; asked: number }>({ box: undefined, asked: 0 });
  const open = (box: Box) => {
    // When requested again, an open box takes the focus and selects its text.
    setState(({ asked }) => ({ box, asked: asked + 1 }));
  };
  useHostMessages((message) => {
    if (message.type === 'open') open(message.box);
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const { key, ctrlKey, metaKey, altKey, shiftKey } = event;
      if (!(ctrlKey || metaKey) || altKey || shiftKey) return;
      const wanted = key.toLowerCase() === 'f' ? 'find' : key.toLowerCase() === 'g' ? 'goto' : undefined;
      if (!wanted) return;
      open(wanted);
      event.preventDefault();
      event.stopPropagation();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => {
      document.removeEventListener('keydown', onKeyDown);
    };
  }, []);
  return {
    ...state,
    close: () => {
      open(undefined);
    },
  };
}

interface BoxProps {
  readonly asked: number;
  readonly nodes: readonly TreeNode[];
  readonly bytes: Uint8Array;
  readonly onClose: () => void;
}

/** A search may keep the page from drawing for so long, in milliseconds. */
const TURN = 8;

interface Found {
  readonly matches: readonly Match[];
  readonly isDone: boolean;
}

/** Searches in turns; what it found is state, of which `done` tells when there is no more to find. */
function useSearch(): [Found, (search: ByteSearch, done: (matches: readonly Match[]) => void) => void] {
  const [found, setFound] = useState<Found>({ matches: [], isDone: true });
  const timer = useRef(0);
  const start = (search: ByteSearch, done: (matches: readonly Match[]) => void) => {
    window.clearTimeout(timer.current);
    const turn = () => {
      for (const begin = performance.now(); !search.isDone && performance.now() - begin < TURN;)
        search.step();
      const { isDone, matches } = search;
      setFound({ matches, isDone });
      if (isDone) done(matches);
      else timer.current = window.setTimeout(turn);
    };
    // What is searched in one turn is found before the next key.
    turn();
  };
  useEffect(
    () => () => {
      window.clearTimeout(timer.current);
    },
    [],
  );
  return [found, start];
}

/** The find box; Enter and Shift+Enter step, Escape closes. */
export function FindBox(props: BoxProps & { from: number; cursor: number; onMatch: (match: Match) => void }) {
  const { asked, nodes, bytes, from, cursor, onMatch, onClose } = props;
  const [query, setQuery] = useSaved('find.query', '');
  const [at, setAt] = useState(-1);
  // A new query starts where the cursor was when the box opened, not at the previous match.
  const start = useRef(cursor);
  const isTyped = useRef(false);
  const latest = useRef(onMatch);
  latest.current = onMatch;
  const [{ matches, isDone }, search] = useSearch();
  const go = (list: readonly Match[], index: number) => {
    setAt(index);
    const match = list[index];
    if (match) latest.current(match);
  };
  const isWhole = from === 0;
  const begin = (text: string) => {
    search(new ByteSearch(nodes, bytes, from, text), (list) => {
      // What is found again, in what has arrived since, leads nowhere.
      if (isTyped.current) go(list, matchFrom(list, start.current));
      isTyped.current = false;
    });
  };
  useEffect(() => {
    begin(query);
  }, [nodes, bytes, isWhole]);
  const step = (by: 1 | -1) => {
    go(matches, stepMatch(matches, at, by));
  };
  const count = matches.length === 0 ? 'Nothing found' : `${at < 0 ? '?' : at + 1} of ${matches.length}`;
  const isAll = isDone && isWhole;
  const status = query.trim() === '' ? '' : isAll ? count : `${count} so far…`;
  return (
    <div class="find-box" role="search" aria-label="Find" data-pane>
      <PlainField
        label="Find a name, value or bytes"
        value={query}
        asked={asked}
        wrong={query.trim() !== '' && matches.length === 0 && isAll}
        onInput={(text) => {
          setQuery(text);
          setAt(-1);
          isTyped.current = true;
          begin(text);
        }}
        onKey={(event) => {
          if (event.key === 'Enter') step(event.shiftKey ? -1 : 1);
          else if (event.key === 'Escape') onClose();
          else return false;
          return true;
        }}
      />
      <span class="find-status" role="status">
        {status}
      </span>
      <IconButton icon="arrow-up" label="Previous match" keys="Shift+Enter" onClick={() => step(-1)} />
      <IconButton icon="arrow-down" label="Next match" keys="Enter" onClick={() => step(1)} />
      <IconButton icon="close" label="Close find" keys="Escape" onClick={onClose} />
    </div>
  );
}

/** The go-to box for an offset or a field; Enter goes there, Escape closes. */
export function GotoBox(props: BoxProps & { base?: number | undefined; onOffset: (offset: number) => void }) {
  const { asked, nodes, bytes, base, onOffset, onClose } = props;
  const [text, setText] = useState('');
  const target = parseTarget(nodes, bytes.length, text, base);
  const error = text.trim() !== '' && 'error' in target ? target.error : undefined;
  return (
    <div class="find-box" role="search" aria-label="Go to offset" data-pane>
      <PlainField
        label={
          base === undefined ? 'Go to an offset (0x310) or a field' : 'Go to an offset, an address or a name'
        }
        value={text}
        asked={asked}
        wrong={error !== undefined}
        onInput={setText}
        onKey={(event) => {
          if (event.key === 'Enter') {
            if ('error' in target) return true;
            onOffset(target.offset);
            onClose();
          } else if (event.key === 'Escape') onClose();
          else return false;
          return true;
        }}
      />
      <span class="find-status" role="status">
        {error ?? ('offset' in target ? `Enter goes to 0x${target.offset.toString(16)}` : '')}
      </span>
      <IconButton icon="close" label="Close" keys="Escape" onClick={onClose} />
    </div>
  );
}
