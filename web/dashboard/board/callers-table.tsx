// biome-ignore-all lint/a11y/noRedundantRoles: laid out by CSS grids, a table loses its roles in some browsers
import { useTranslation } from '../i18n.ts';
import { CallerRow } from './caller-row.tsx';
import type { Rows } from './hold-order.ts';
import { useGridKeys } from './use-grid-keys.ts';

/** One row a caller. */
export const CallersTable = ({ rows }: { rows: Rows }) => {
  const { t } = useTranslation();
  const { grid, tabStop, handlers } = useGridKeys(rows.callers.map(({ callerId }) => callerId));
  return (
    // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: `useGridKeys` gives it the keyboard that the role promises
    <table ref={grid} role="grid" tabIndex={-1} className="callers" aria-label={t('callers')} {...handlers}>
      <thead role="rowgroup" className="callers-head">
        <tr role="row" className="callers-columns">
          <th role="columnheader" scope="col">
            {t('column.status')}
          </th>
          <th role="columnheader" scope="col">
            {t('column.caller')}
          </th>
          <th role="columnheader" scope="col">
            {t('column.lastMessage')}
          </th>
          <th role="columnheader" scope="col">
            {t('column.arrived')}
          </th>
          <th role="columnheader" scope="col">
            <span className="visually-hidden">{t('column.menu')}</span>
          </th>
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.callers.map((caller) => (
          <CallerRow
            key={caller.callerId}
            caller={caller}
            isGone={rows.gone.has(caller.callerId)}
            isTabStop={caller.callerId === tabStop}
          />
        ))}
      </tbody>
    </table>
  );
};
