// Options that take one of several names, and say which one may be meant by another.

import { InvalidArgumentError, type Option } from 'commander';
import { didYouMean, similarName } from '../core/binary/similar';

/** A text that is none of several names, in commander's words. */
export const notAmong = (text: string, choices: readonly string[]): InvalidArgumentError =>
  new InvalidArgumentError(
    `Allowed choices are ${choices.join(', ')}.${didYouMean(similarName(text, choices))}`,
  );

/** The option with these choices. */
export const amongOption = <O extends Option>(option: O, choices: readonly string[]): O =>
  option.choices(choices).argParser((text: string) => {
    if (choices.includes(text)) return text;
    throw notAmong(text, choices);
  });
