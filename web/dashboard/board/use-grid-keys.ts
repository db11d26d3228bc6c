import { type FocusEvent, type KeyboardEvent, useLayoutEffect, useRef, useState } from 'react';

/**
 * The keyboard of a grid of rows (https://www.w3.org/WAI/ARIA/apg/patterns/grid/): one stop of the Tab key, up and down between rows,
 * forward to the row's button and back to the row. React Aria's table draws all its rows again when one of them changes, which is felt
 * from a hundred rows on; here a change draws one row.
 */
export const useGridKeys = (rowIds: readonly string[]) => {
  const [lastFocused, setLastFocused] = useState<string>();
  const grid = useRef<HTMLTableElement>(null);
  const focused = useRef<Element>(undefined);
  const tabStop = lastFocused !== undefined && rowIds.includes(lastFocused) ? lastFocused : rowIds[0];

  useLayoutEffect(() => {
    const had = focused.current;
    if (!had) return;
    if (!had.isConnected) {
      // The row that had the focus has left the list: it goes to the row that Tab would come to.
      focused.current = undefined;
      grid.current?.querySelector<HTMLElement>('[data-row][tabindex="0"]')?.focus();
    } else if (had.matches(':disabled')) {
      // Its caller has left, and the row stays only so that nothing moves.
      rowOf(grid.current, had)?.focus();
    }
  });

  const onFocus = ({ target }: FocusEvent) => {
    const row = rowOf(grid.current, target);
    focused.current = row && target;
    if (row) setLastFocused(row.dataset.row);
  };
  const onBlur = ({ target }: FocusEvent) => {
    // What is taken off the page, or can no longer be pressed, loses the focus too; only what stays has given it up.
    if (target.isConnected && !target.matches(':disabled')) focused.current = undefined;
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = rowOf(grid.current, event.target);
    const next = row && nextFocus(row, event);
    if (!next) return;
    event.preventDefault();
    next.focus();
  };
  return { grid, tabStop, handlers: { onFocus, onBlur, onKeyDown } };
};

/** The row that an event is of; what happens in a menu over the grid comes here too, and is none of its rows'. */
const rowOf = (grid: HTMLElement | null, target: EventTarget): HTMLElement | undefined => {
  if (!(target instanceof Element) || !grid?.contains(target)) return undefined;
  return target.closest<HTMLElement>('[data-row]') ?? undefined;
};

const nextFocus = (row: HTMLElement, { key, target, ctrlKey, altKey, metaKey }: KeyboardEvent): HTMLElement | null | undefined => {
  if (ctrlKey || altKey || metaKey) return undefined;
  const button = (of: Element) => of.querySelector<HTMLElement>('button');
  const isOnButton = target !== row;
  // Up and down keep to the buttons, where one was.
  const inSameColumn = (other: Element | null | undefined) => {
    if (!(other instanceof HTMLElement)) return undefined;
    return isOnButton ? button(other) : other;
  };
  switch (key) {
    case 'ArrowDown':
      return inSameColumn(row.nextElementSibling);
    case 'ArrowUp':
      return inSameColumn(row.previousElementSibling);
    case 'Home':
      return inSameColumn(row.parentElement?.firstElementChild);
    case 'End':
      return inSameColumn(row.parentElement?.lastElementChild);
    case 'ArrowRight':
    case 'ArrowLeft':
      return (key === 'ArrowRight') === (getComputedStyle(row).direction === 'ltr') ? button(row) : row;
    default:
      return undefined;
  }
};
