import { type FocusEvent, type KeyboardEvent, useLayoutEffect, useRef, useState } from 'react';

/**
 * The keyboard of a grid of rows (https://www.w3.org/WAI/ARIA/apg/patterns/grid/): one stop of the Tab key, up and down between rows,
 * forward to the row's button and back to the row. React Aria's table draws all its rows again when one of them changes, which is felt
 * from a hundred rows on; here a change draws one row.
 */
export const useGridKeys = (rowIds: readonly string[]) => {
  const [lastFocused, setLastFocused] = useState<string>();
  const grid = useRef<HTMLDivElement>(null);
  const hasFocus = useRef(false);
  const tabStop = lastFocused !== undefined && rowIds.includes(lastFocused) ? lastFocused : rowIds[0];

  useLayoutEffect(() => {
    // The row that had the focus has left the list.
    if (hasFocus.current && document.activeElement === document.body)
      grid.current?.querySelector<HTMLElement>('[role=row][tabindex="0"]')?.focus();
  });

  const onFocus = (event: FocusEvent) => {
    const row = rowOf(grid.current, event.target);
    hasFocus.current = row !== undefined;
    if (row) setLastFocused(row.dataset.row);
  };
  const onBlur = (event: FocusEvent) => {
    // Without a next target the focused row was taken away, or the window was left.
    if (event.relatedTarget) hasFocus.current = grid.current?.contains(event.relatedTarget) ?? false;
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
  const inSameColumn = (other: Element | null | undefined) =>
    other && isOnButton ? button(other) : (other as HTMLElement | null | undefined);
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
