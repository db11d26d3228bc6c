import { type FocusEvent, type SyntheticEvent, useEffect, useRef, useState } from 'react';
import type { Caller } from '../../../protocol/objects.ts';
import { freeRows, heldRows, type Rows } from './hold-order.ts';

/** A pointer or a focus that was left lying in the list holds it no longer than this. */
const idleMs = 30_000;

/**
 * Is someone about to press something in the list? `handlers` go on the element around it. Once the list has been let go under a resting
 * pointer, a press without a move before it is not meant for the row that lies there now, and does nothing.
 */
export const useIsInUse = () => {
  const [isInUse, setInUse] = useState(false);
  const inside = useRef({ pointer: false, focus: false });
  const hasSlept = useRef(false);
  const idle = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(idle.current), []);
  const changed = () => {
    clearTimeout(idle.current);
    const isInside = inside.current.pointer || inside.current.focus;
    setInUse(isInside);
    if (!isInside) return;
    idle.current = setTimeout(() => {
      hasSlept.current = inside.current.pointer;
      setInUse(false);
    }, idleMs);
  };
  const refuseAsleep = (event: SyntheticEvent) => {
    if (!hasSlept.current) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const enters = (what: 'pointer' | 'focus', isInside: boolean) => () => {
    inside.current[what] = isInside;
    if (what === 'pointer') hasSlept.current = false;
    changed();
  };
  const handlers = {
    onPointerEnter: enters('pointer', true),
    onPointerMove: enters('pointer', true),
    onPointerLeave: enters('pointer', false),
    onFocus: enters('focus', true),
    onBlur: (event: FocusEvent) => {
      if (!event.currentTarget.contains(event.relatedTarget)) enters('focus', false)();
    },
    onKeyDown: changed,
    onPointerDownCapture: refuseAsleep,
    onMouseDownCapture: refuseAsleep,
    onClickCapture: refuseAsleep,
  };
  return { isInUse, handlers };
};

interface Shown {
  readonly callers: readonly Caller[];
  readonly present: ReadonlyMap<string, Caller>;
  /** Another view is another list: nothing of the old order is kept. */
  readonly viewKey: string;
  readonly isHeld: boolean;
}

/** The rows to show: in order, or while the list is held, where they were. */
export const useHeldRows = ({ callers, present, viewKey, isHeld }: Shown): Rows => {
  const last = useRef<{ viewKey: string; rows: Rows }>(undefined);
  const before = last.current;
  const rows = isHeld && before?.viewKey === viewKey ? heldRows(before.rows, callers, present) : freeRows(callers);
  useEffect(() => {
    last.current = { viewKey, rows };
  });
  return rows;
};
