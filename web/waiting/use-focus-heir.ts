import { type RefCallback, type RefObject, useCallback } from 'react';

/** The `ref` of a control that may vanish with the focus on it: the focus then goes to `heir`, not to the top of the page (WCAG 2.4.3). */
export const useFocusHeir = (heir: RefObject<HTMLElement | null>): RefCallback<HTMLElement> =>
  useCallback(
    (control) => () => {
      // React lets go of it before it takes it from the document.
      if (document.activeElement === control) heir.current?.focus();
    },
    [heir],
  );
