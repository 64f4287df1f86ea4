// The chain of a report as a picture: what signs what, with a tick, a cross or a question mark at each arrow, so that colour is not needed.

import type { ChainPicture, PictureArrow, PictureBox } from '../../src/core/report/picture';
import type { StepOutcome } from '../../src/core/launch/checkSteps';

const BOX = 136;
const GAP = 40;
const HEIGHT = 58;
const MIDDLE = HEIGHT / 2;

const MARKS: Readonly<Record<StepOutcome, { readonly path: string; readonly words: string }>> = {
  passed: { path: 'M-4.5 0.5 L-1.2 4 L5 -4', words: 'right' },
  failed: { path: 'M-4 -4 L4 4 M4 -4 L-4 4', words: 'wrong' },
  'not-checked': { path: 'M-4 0 L4 0', words: 'not checked' },
};

/** A sign in a circle, at a point. */
function Mark({ outcome, x, y }: { outcome: StepOutcome; x: number; y: number }) {
  return (
    <g class={`chain-mark chain-${outcome}`} transform={`translate(${x} ${y})`}>
      <circle r={9} />
      <path d={MARKS[outcome].path} />
    </g>
  );
}

const ROLE_WORDS: Readonly<Record<PictureBox['role'], string>> = {
  ARK: 'root of AMD (ARK)',
  ASK: 'authority (ASK)',
  ASVK: 'authority (ASVK)',
  VCEK: "chip's key (VCEK)",
  VLEK: "provider's key (VLEK)",
  report: 'signed by that key',
};

/** A text that fits into a box. */
const cut = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text;

function Box({ box, x, root }: { box: PictureBox; x: number; root: StepOutcome | undefined }) {
  const { role, name, source, isMissing, dates, problem } = box;
  const state = isMissing ? 'chain-missing' : problem === undefined ? '' : 'chain-wrong';
  // The line above says the role.
  const from = source.replace(` (${role})`, '');
  const lines = [ROLE_WORDS[role], isMissing ? 'not here' : (problem ?? from)].filter((line) => line !== '');
  return (
    <g class={`chain-box ${state}`} transform={`translate(${x} 0)`}>
      <title>{[name, ...lines, dates].filter(Boolean).join('\n')}</title>
      <rect x={1} y={1} width={BOX - 2} height={HEIGHT - 2} rx={3} />
      <text class="chain-name" x={8} y={lines.length > 1 ? 18 : 25}>
        {cut(name, root ? 15 : 18)}
      </text>
      {lines.map((line, i) => (
        <text class="chain-line" key={i} x={8} y={(lines.length > 1 ? 33 : 41) + 14 * i}>
          {cut(line, 22)}
        </text>
      ))}
      {root && <Mark outcome={root} x={BOX - 14} y={14} />}
    </g>
  );
}

/** The picture in words. */
function inWords({ boxes, arrows, root }: ChainPicture): string {
  const links = arrows.map(
    ({ outcome }, i) => `${boxes[i]!.name} to ${boxes[i + 1]!.name}: ${MARKS[outcome].words}`,
  );
  return `Chain of signatures. Root ${boxes[0]!.name}: ${MARKS[root].words}. ${links.join('. ')}.`;
}

function Arrow({ arrow, x }: { arrow: PictureArrow; x: number }) {
  return (
    <g class={`chain-arrow chain-${arrow.outcome}`}>
      <title>{arrow.reason}</title>
      <path class="chain-line-of" d={`M${x + 2} ${MIDDLE} H${x + GAP - 7}`} />
      <path
        class="chain-head"
        d={`M${x + GAP - 8} ${MIDDLE - 4} L${x + GAP - 1} ${MIDDLE} L${x + GAP - 8} ${MIDDLE + 4} Z`}
      />
      <Mark outcome={arrow.outcome} x={x + GAP / 2 - 4} y={MIDDLE} />
    </g>
  );
}

/** Draws the chain, the root at the left. */
export function ChainView({ picture }: { picture: ChainPicture }) {
  const { boxes, arrows, root } = picture;
  const width = boxes.length * BOX + arrows.length * GAP;
  return (
    // What does not fit is scrolled to.
    <div class="chain" role="group" aria-label="Chain of signatures" tabIndex={0}>
      <svg viewBox={`0 0 ${width} ${HEIGHT}`} role="img" aria-label={inWords(picture)}>
        {boxes.map((box, i) => (
          <Box key={box.role} box={box} x={i * (BOX + GAP)} root={i === 0 ? root : undefined} />
        ))}
        {arrows.map((arrow, i) => (
          <Arrow key={i} arrow={arrow} x={i * (BOX + GAP) + BOX} />
        ))}
      </svg>
    </div>
  );
}
