/** The time at which most tests begin, ms: in the middle of a clock minute. */
export const morning = Date.parse('2026-11-22T09:00:20.000Z');

export const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;

/** A clock that stands until it is told to move. */
export interface Clock {
  readonly now: () => number;
  advance(ms: number): void;
}

export const aClock = (start: number = morning): Clock => {
  let time = start;
  return {
    now: () => time,
    advance: (ms) => {
      time += ms;
    },
  };
};
