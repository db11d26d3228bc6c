// biome-ignore-all lint/a11y/noRedundantRoles: laid out by CSS grids, a table loses its roles in some browsers
import { type KeyboardEvent, type MouseEvent, memo } from 'react';
import type { Caller } from '../../../protocol/objects.ts';
import { clockTime } from '../../shared/times.ts';
import { useTranslation } from '../i18n.ts';
import { useShow } from '../screens.ts';
import { useClinic } from '../staff/staff-context.tsx';
import { OfflineIcon, ReplyIcon } from '../ui/icons.tsx';
import { detailsInOrder } from './details-in-order.ts';
import { RowMenu } from './row-menu.tsx';
import { StatusMark } from './status.tsx';

interface CallerRowProps {
  readonly caller: Caller;
  /** No longer in the list, and kept only so that nothing moves. */
  readonly isGone: boolean;
  /** The Tab key comes to this row. */
  readonly isTabStop: boolean;
}

/** A caller's row. A press on it opens the conversation, as *Notify* in its menu does. */
export const CallerRow = memo(function CallerRow({ caller, isGone, isTabStop }: CallerRowProps) {
  const { t, locale } = useTranslation();
  const show = useShow();
  const open = () => {
    if (!isGone) show({ kind: 'conversation', caller });
  };
  const openByPointer = (event: MouseEvent<HTMLElement>) => {
    if (isOnControl(event) || isSelectingText()) return;
    open();
  };
  const openByKey = (event: KeyboardEvent<HTMLElement>) => {
    if (event.target !== event.currentTarget || (event.key !== 'Enter' && event.key !== ' ')) return;
    event.preventDefault();
    open();
  };
  return (
    <tr
      role="row"
      className={rowClass(caller, isGone)}
      data-row={caller.callerId}
      tabIndex={isTabStop ? 0 : -1}
      aria-disabled={isGone}
      onClick={openByPointer}
      onKeyDown={openByKey}
    >
      <td className="cell-status">
        <StatusMark caller={caller} />
      </td>
      <th role="rowheader" scope="row" className="cell-caller">
        <CallerCell caller={caller} isGone={isGone} />
      </th>
      <td className="cell-message">
        <LastMessageCell caller={caller} />
      </td>
      <td className="cell-arrived">
        <span className="arrived-word">{t('column.arrived')} </span>
        <time dateTime={caller.arrivedAt}>{clockTime(caller.arrivedAt, locale)}</time>
      </td>
      <td className="cell-menu">
        <RowMenu caller={caller} isDisabled={isGone} />
      </td>
    </tr>
  );
});

/** On the row's button, or in the menu that React counts to the row though it stands elsewhere on the page. */
const isOnControl = ({ target, currentTarget }: MouseEvent<HTMLElement>): boolean =>
  !(target instanceof Element) || !currentTarget.contains(target) || target.closest('button') !== null;

/** A phone number can be marked and copied without opening anything. */
const isSelectingText = (): boolean => (getSelection()?.toString() ?? '') !== '';

const rowClass = (caller: Caller, isGone: boolean): string =>
  ['row', caller.unansweredSince !== null && 'row-needs-reply', isGone && 'row-gone'].filter(Boolean).join(' ');

const CallerCell = ({ caller, isGone }: { caller: Caller; isGone: boolean }) => {
  const { t } = useTranslation();
  const details = detailsInOrder(caller, useClinic());
  return (
    <>
      <span className="caller-line">
        <span className="caller-name">
          <bdi>{caller.name}</bdi>
        </span>
        {caller.phone && (
          <bdi className="caller-phone" dir="ltr">
            {caller.phone}
          </bdi>
        )}
        {!caller.online && (
          <span className="mark mark-offline">
            <OfflineIcon />
            {t('offline')}
          </span>
        )}
        {isGone && <span className="mark">{t('noLongerListed')}</span>}
      </span>
      {details.length > 0 && (
        <span className="caller-details">
          {details.map(({ key, label, value }) => (
            <span key={key} className="caller-detail">
              <span className="quiet">
                <bdi>{label}</bdi>:
              </span>{' '}
              <bdi>{value}</bdi>
            </span>
          ))}
        </span>
      )}
    </>
  );
};

const LastMessageCell = ({ caller }: { caller: Caller }) => {
  const { t, locale } = useTranslation();
  if (caller.lastMessageAt === null) return <span className="quiet">{t('noMessages')}</span>;
  return (
    <>
      <span className={`preview preview-${caller.lastMessageFrom}`}>
        <span className="preview-from">{caller.lastMessageFrom === 'caller' ? t('from.caller') : t('from.clinic')}</span>
        <bdi className="preview-text">{caller.lastMessagePreview}</bdi>
      </span>
      <span className="message-marks">
        <time className="quiet" dateTime={caller.lastMessageAt}>
          {clockTime(caller.lastMessageAt, locale)}
        </time>
        {caller.unansweredSince !== null && (
          <span className="mark mark-reply">
            <ReplyIcon />
            {t('needsReply')}
          </span>
        )}
        {caller.unreadCount > 0 && <span className="mark">{t('unread', { count: caller.unreadCount })}</span>}
      </span>
    </>
  );
};
