import { useLayoutEffect, useRef } from 'react';
import { Button } from 'react-aria-components/Button';
import { matches } from '../../../client/index.ts';
import type { Caller } from '../../../protocol/objects.ts';
import { useTranslation } from '../i18n.ts';
import { BroadcastHistory } from '../notify/broadcast-history.tsx';
import { useShow } from '../screens.ts';
import { NotifyIcon, PersonIcon } from '../ui/icons.tsx';
import { CallersTable } from './callers-table.tsx';
import { FilterBar } from './filter-bar.tsx';
import { useHeldRows, useIsInUse } from './use-held-rows.ts';
import { everyone, isFiltered, sortCallers, toFilter, type View } from './view.ts';

interface BoardProps {
  readonly callers: ReadonlyMap<string, Caller>;
  readonly view: View;
  onViewChange(view: View): void;
}

/** Everyone present: the filters, the list that they leave, and *Notify* for exactly that list. */
export const Board = ({ callers, view, onViewChange }: BoardProps) => {
  const { t } = useTranslation();
  const show = useShow();
  const filter = toFilter(view);
  const everyPresent = [...callers.values()];
  const shown = sortCallers(
    everyPresent.filter((caller) => matches(caller, filter)),
    view.sort,
  );
  const { isInUse, handlers } = useIsInUse();
  const rows = useHeldRows({ callers: shown, present: callers, viewKey: JSON.stringify([filter, view.sort]), isHeld: isInUse });
  const page = useRef<HTMLElement>(null);
  const title = useFocusWhenEmptied(rows.callers.length === 0);
  const clearFilters = () => {
    onViewChange({ ...view, ...everyone });
    // The pressed button goes: the focus must not.
    page.current?.querySelector<HTMLElement>('input[type=search]')?.focus();
  };
  return (
    <main className="board" ref={page}>
      <div className="board-head">
        <div>
          <h1 ref={title} tabIndex={-1}>
            {t('board.title')}
          </h1>
          <p className="board-count" role="status">
            {isFiltered(filter)
              ? t('board.countFiltered', { shown: shown.length, present: callers.size })
              : t('board.count', { present: callers.size })}
          </p>
        </div>
        <div className="board-actions">
          <Button className="button" onPress={() => show({ kind: 'left-today' })}>
            <PersonIcon />
            {t('leftToday')}
          </Button>
          <BroadcastHistory />
          <Button
            className="button button-primary"
            isDisabled={shown.length === 0}
            aria-label={t('notify.list', { count: shown.length })}
            onPress={() => show({ kind: 'notify' })}
          >
            <NotifyIcon />
            {t('notify')}
          </Button>
        </div>
      </div>
      <FilterBar view={view} callers={everyPresent} onChange={onViewChange} />
      {rows.callers.length > 0 ? (
        <div className="callers-frame" {...handlers}>
          <CallersTable rows={rows} />
        </div>
      ) : (
        <div className="empty">
          <p className="empty-title">{callers.size === 0 ? t('board.empty') : t('board.noneMatch')}</p>
          {callers.size === 0 ? (
            <p className="quiet">{t('board.emptyHint')}</p>
          ) : (
            <Button className="button" onPress={clearFilters}>
              {t('filters.clear')}
            </Button>
          )}
        </div>
      )}
    </main>
  );
};

/** The last row took the focus with it: it goes to the title. */
const useFocusWhenEmptied = (isEmpty: boolean) => {
  const title = useRef<HTMLHeadingElement>(null);
  const wasEmpty = useRef(isEmpty);
  useLayoutEffect(() => {
    if (isEmpty && !wasEmpty.current && document.activeElement === document.body) title.current?.focus();
    wasEmpty.current = isEmpty;
  }, [isEmpty]);
  return title;
};
