import { mayWrite } from '../../../client/index.ts';
import type { Caller, Status } from '../../../protocol/objects.ts';
import { useTranslation } from '../i18n.ts';
import { useClinic, useStaff } from '../staff/staff-context.tsx';
import { failureWords } from '../ui/failure-words.ts';
import { useToast } from '../ui/toasts.tsx';
import { statusWords } from './status-words.ts';

/** What a member does to a caller besides writing; each says how it went, and none rejects. */
export const useCallerActions = () => {
  const { t } = useTranslation();
  const staff = useStaff();
  const clinic = useClinic();
  const toast = useToast();

  const attempt = async (work: () => Promise<unknown>): Promise<boolean> => {
    try {
      await work();
      return true;
    } catch (failure) {
      toast({ words: failureWords(t, failure), isFailure: true });
      return false;
    }
  };

  /** Back to the board, and to the status that was left by mistake. */
  const bringBack = ({ callerId, name }: Caller, status: Status = 'waiting'): Promise<boolean> =>
    attempt(async () => {
      // From `ended` only `waiting` can be reached.
      await staff.setStatus(callerId, 'waiting');
      if (status !== 'waiting' && status !== 'ended') await staff.setStatus(callerId, status);
      toast({ words: t('done.broughtBack', { name }) });
    });

  const setStatus = async (caller: Caller, status: Status): Promise<void> => {
    const { callerId, name } = caller;
    if (!(await attempt(() => staff.setStatus(callerId, status)))) return;
    if (status !== 'ended') toast({ words: t('done.status', { name, status: statusWords(t, status) }) });
    else toast({ words: t('done.ended', { name }), action: { label: t('undo'), run: () => void bringBack(caller, caller.status) } });
  };

  /** `null` follows the clinic's switch. */
  const allowReplies = async (caller: Caller, guestMessages: boolean | null): Promise<void> => {
    const { clinicId, callerId, name } = caller;
    if (!(await attempt(() => staff.api.changeCaller(clinicId, callerId, { guestMessages })))) return;
    const may = mayWrite({ ...caller, guestMessages }, clinic);
    toast({ words: may ? t('done.repliesOn', { name }) : t('done.repliesOff', { name }) });
  };

  /** For good, with the whole conversation; administrators only. */
  const erase = ({ clinicId, callerId, name }: Caller): Promise<boolean> =>
    attempt(async () => {
      await staff.api.eraseCaller(clinicId, callerId);
      toast({ words: t('done.erased', { name }) });
    });

  return { setStatus, bringBack, allowReplies, erase };
};
