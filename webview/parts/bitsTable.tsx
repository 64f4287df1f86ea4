// The bits of a register by name: what each is, its value, and the expected one. Where fields can be edited,
// a bit with named values is a dropdown.

import { applicableBits, bitPlace, bitValue, reservedBits } from '../../src/core/binary/describe';
import { hex } from '../../src/core/binary/hex';
import type { Bit } from '../../src/core/binary/struct';
import { stateWord, wordOf } from './bitCells';
import { Icon } from './widgets';

/** What the table shows; `onSet` is set when bits can be changed. */
export interface BitsProps {
  readonly bits: readonly Bit[];
  readonly value: bigint;
  readonly expected?: bigint | undefined;
  readonly onSet?: ((bit: Bit, to: bigint) => void) | undefined;
  /** The titles of the two values. */
  readonly sides: readonly [string, string];
}

const bitWord = (bit: Bit, value: bigint): string => stateWord(bit, bitValue(value, bit));

/** The values to choose from, each with its name, if they are few enough. */
function choicesOf(bit: Bit): { value: number; text: string }[] | undefined {
  if (!bit.values || bit.width > 4) return undefined;
  return Array.from({ length: 1 << bit.width }, (_, value) => ({
    value,
    text: wordOf(bit, BigInt(value)),
  }));
}

function Value({
  bit,
  value,
  differs,
  onSet,
}: Omit<BitsProps, 'bits' | 'expected' | 'sides'> & { bit: Bit; differs: boolean }) {
  const mark = differs ? 'marked' : '';
  const choices = onSet && choicesOf(bit);
  if (choices) {
    return (
      <select
        class={`bit-select ${mark}`}
        aria-label={bit.name}
        value={`${bitValue(value, bit)}`}
        onChange={(event) => onSet(bit, BigInt(event.currentTarget.value))}
      >
        {choices.map((choice) => (
          <option key={choice.value} value={`${choice.value}`}>
            {choice.text}
          </option>
        ))}
      </select>
    );
  }
  return <span class={mark}>{bitWord(bit, value)}</span>;
}

/** The table, and a line about reserved bits that are set. */
export function BitsTable({ bits, value, expected, onSet, sides }: BitsProps) {
  const shown = applicableBits(bits, value).filter((bit) => !bit.reserved || bitValue(value, bit) !== 0n);
  const reservedOnes = reservedBits(bits, value);
  const compared = expected !== undefined;
  return (
    <>
      <table class={compared ? 'bits bits-compared' : 'bits'} aria-label="Bits">
        <thead class={compared ? '' : 'visually-hidden'}>
          <tr>
            <th>bit</th>
            <th>name</th>
            <th>{compared ? sides[0] : 'value'}</th>
            {compared && <th>{sides[1]}</th>}
            <th>meaning</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((bit) => {
            const set = bitValue(value, bit) !== 0n;
            const differs = compared && bitValue(expected, bit) !== bitValue(value, bit);
            return (
              <tr key={`${bit.name}${bit.lsb}`} class={set || differs ? '' : 'bit-clear'}>
                <td class="bit-place">{bitPlace(bit)}</td>
                <td class="bit-name">
                  <Icon name={set ? 'circle-filled' : 'circle-outline'} /> {bit.name}
                </td>
                <td class="bit-value">
                  <Value bit={bit} value={value} differs={differs} onSet={onSet} />
                </td>
                {compared && (
                  <td class="bit-value expected">
                    {differs && <span class="marked">{bitWord(bit, expected)}</span>}
                  </td>
                )}
                <td class="bit-doc">{bit.doc}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {reservedOnes !== 0n && (
        <p class="details-note">
          <Icon name="warning" class="severity-warning" /> Reserved bits are set: {hex(reservedOnes)}
        </p>
      )}
    </>
  );
}
