import { useTranslation } from '../i18n.ts';
import { CallerRow } from './caller-row.tsx';
import type { Rows } from './hold-order.ts';
import { useGridKeys } from './use-grid-keys.ts';

/** One row a caller. */
export const CallersTable = ({ rows }: { rows: Rows }) => {
  const { t } = useTranslation();
  const { grid, tabStop, handlers } = useGridKeys(rows.callers.map(({ callerId }) => callerId));
  return (
    // biome-ignore lint/a11y/useSemanticElements: a table has no keyboard of its own
    <div ref={grid} role="grid" tabIndex={-1} className="callers" aria-label={t('callers')} {...handlers}>
      <div role="rowgroup" className="callers-head">
        <div role="row" className="callers-columns">
          <span role="columnheader">{t('column.status')}</span>
          <span role="columnheader">{t('column.caller')}</span>
          <span role="columnheader">{t('column.lastMessage')}</span>
          <span role="columnheader">{t('column.arrived')}</span>
          <span role="columnheader">
            <span className="visually-hidden">{t('column.menu')}</span>
          </span>
        </div>
      </div>
      <div role="rowgroup">
        {rows.callers.map((caller) => (
          <CallerRow
            key={caller.callerId}
            caller={caller}
            isGone={rows.gone.has(caller.callerId)}
            isTabStop={caller.callerId === tabStop}
          />
        ))}
      </div>
    </div>
  );
};
