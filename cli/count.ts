/** How many there are to be, as a person writes it. */
import { InvalidArgumentError } from 'commander';

/** Parses a number from 1 to `max`. @throws InvalidArgumentError, which commander tells */
export const countUpTo =
  (max: number) =>
  (text: string): number => {
    const number = Number(text);
    if (!Number.isInteger(number) || number < 1 || number > max)
      throw new InvalidArgumentError(`It must be a whole number from 1 to ${max}.`);
    return number;
  };
