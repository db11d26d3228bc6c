import { useCallback, useEffect, useRef, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { Caller } from '../../../protocol/objects.ts';
import { clockTime } from '../../shared/times.ts';
import { useTranslation } from '../i18n.ts';
import { useShow } from '../screens.ts';
import { useClinic, useStaff } from '../staff/staff-context.tsx';
import { DialogFrame } from '../ui/dialog-frame.tsx';
import { failureWords } from '../ui/failure-words.ts';
import { UndoIcon } from '../ui/icons.tsx';
import { useCallerActions } from './use-caller-actions.ts';

/** Those whose visit ended today, the latest first, each with a way back to the board. */
export const LeftTodayDialog = ({ onClose }: { onClose(): void }) => {
  const { t, locale } = useTranslation();
  const show = useShow();
  const { bringBack } = useCallerActions();
  const { callers, failure, load, remove } = useLeftToday();
  const list = useRef<HTMLUListElement>(null);
  const undo = async (caller: Caller) => {
    if (!(await bringBack(caller))) return;
    remove(caller.callerId);
    // The pressed button goes with its line: the focus must not.
    list.current?.focus();
  };
  return (
    <DialogFrame title={t('leftToday')} width="wide" onClose={onClose}>
      <div className="dialog-body">
        {failure !== undefined && (
          <p className="notice notice-failure" role="alert">
            {failureWords(t, failure)}{' '}
            <Button className="button" onPress={load}>
              {t('tryAgain')}
            </Button>
          </p>
        )}
        {callers === undefined && failure === undefined && <p role="status">{t('loading')}</p>}
        {callers?.length === 0 && <p className="quiet">{t('leftToday.none')}</p>}
        <ul className="plain-list" ref={list} tabIndex={-1}>
          {callers?.map((caller) => (
            <li key={caller.callerId} className="list-line">
              <span className="list-line-words">
                <span className="caller-name">
                  <bdi>{caller.name}</bdi>
                </span>
                <span className="quiet">
                  {t('leftToday.line', { time: clockTime(caller.statusSince, locale), count: caller.messageCount })}
                </span>
              </span>
              <Button
                className="button"
                aria-label={t('conversation.with', { name: caller.name })}
                onPress={() => show({ kind: 'conversation', caller, backTo: { kind: 'left-today' } })}
              >
                {t('conversation')}
              </Button>
              <Button className="button" aria-label={t('bringBack.name', { name: caller.name })} onPress={() => void undo(caller)}>
                <UndoIcon />
                {t('bringBack')}
              </Button>
            </li>
          ))}
        </ul>
      </div>
    </DialogFrame>
  );
};

const useLeftToday = () => {
  const staff = useStaff();
  const { clinicId } = useClinic();
  const [callers, setCallers] = useState<readonly Caller[]>();
  const [failure, setFailure] = useState<unknown>();
  const load = useCallback(() => {
    setFailure(undefined);
    const readAll = async () => {
      const today = new Date().toDateString();
      const endedToday: Caller[] = [];
      let cursor: string | undefined;
      do {
        const page = await staff.api.callers(clinicId, { statuses: ['ended'], ...(cursor !== undefined && { cursor }) });
        const leftToday = page.callers.filter(({ statusSince }) => new Date(statusSince).toDateString() === today);
        endedToday.push(...leftToday);
        // The latest come first: behind one of an earlier day there is none of today's.
        cursor = leftToday.length < page.callers.length ? undefined : (page.nextCursor ?? undefined);
      } while (cursor !== undefined);
      return endedToday;
    };
    readAll().then(setCallers, setFailure);
  }, [staff, clinicId]);
  useEffect(load, [load]);
  const remove = (callerId: string) => setCallers((before) => before?.filter((caller) => caller.callerId !== callerId));
  return { callers, failure, load, remove };
};
