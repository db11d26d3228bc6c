import { Cell, Column, Row, Table, TableBody, TableHeader } from 'react-aria-components/Table';
import type { Caller } from '../../../protocol/objects.ts';
import { useTranslation } from '../i18n.ts';
import { useShow } from '../screens.ts';
import { useClinic } from '../staff/staff-context.tsx';
import { OfflineIcon, ReplyIcon } from '../ui/icons.tsx';
import { clockTime } from '../ui/times.ts';
import { detailsInOrder } from './details-in-order.ts';
import type { Rows } from './hold-order.ts';
import { RowMenu } from './row-menu.tsx';
import { StatusMark } from './status.tsx';

/** One row a caller. A press on the row opens the conversation, as *Notify* in its menu does. */
export const CallersTable = ({ rows }: { rows: Rows }) => {
  const { t, language } = useTranslation();
  const show = useShow();
  return (
    <Table className="callers" aria-label={t('callers')} disabledKeys={rows.gone} disabledBehavior="all">
      <TableHeader className="callers-head">
        <Column>{t('column.status')}</Column>
        <Column isRowHeader>{t('column.caller')}</Column>
        <Column>{t('column.lastMessage')}</Column>
        <Column>{t('column.arrived')}</Column>
        <Column>
          <span className="visually-hidden">{t('column.menu')}</span>
        </Column>
      </TableHeader>
      <TableBody items={rows.callers} dependencies={[rows.gone, t]}>
        {(caller) => {
          const isGone = rows.gone.has(caller.callerId);
          return (
            <Row
              id={caller.callerId}
              textValue={caller.name}
              className={rowClass(caller, isGone)}
              onAction={() => show({ kind: 'conversation', caller })}
            >
              <Cell className="cell-status">
                <StatusMark caller={caller} />
              </Cell>
              <Cell className="cell-caller">
                <CallerCell caller={caller} isGone={isGone} />
              </Cell>
              <Cell className="cell-message">
                <LastMessageCell caller={caller} />
              </Cell>
              <Cell className="cell-arrived">
                <span className="arrived-word">{t('column.arrived')} </span>
                <time dateTime={caller.arrivedAt}>{clockTime(language, caller.arrivedAt)}</time>
              </Cell>
              <Cell className="cell-menu">
                <RowMenu caller={caller} isDisabled={isGone} />
              </Cell>
            </Row>
          );
        }}
      </TableBody>
    </Table>
  );
};

const rowClass = (caller: Caller, isGone: boolean): string =>
  ['row', caller.unansweredSince !== null && 'row-needs-reply', !caller.online && 'row-offline', isGone && 'row-gone']
    .filter(Boolean)
    .join(' ');

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
  const { t, language } = useTranslation();
  if (caller.lastMessageAt === null) return <span className="quiet">{t('noMessages')}</span>;
  return (
    <>
      <span className="preview">
        <span className={`preview-from preview-from-${caller.lastMessageFrom}`}>
          {caller.lastMessageFrom === 'caller' ? t('from.caller') : t('from.clinic')}
        </span>
        <bdi className="preview-text">{caller.lastMessagePreview}</bdi>
      </span>
      <span className="message-marks">
        <time className="quiet" dateTime={caller.lastMessageAt}>
          {clockTime(language, caller.lastMessageAt)}
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
