import { useCallback, useEffect, useState } from 'react';
import { WaitingAreaError } from '../../../client/index.ts';
import type { Member } from '../../../protocol/objects.ts';
import { useTranslation } from '../i18n.ts';
import { useClinic, useStaff } from '../staff/staff-context.tsx';
import { failureWords } from '../ui/failure-words.ts';

/** The clinic's members, and what an administrator changes of them. `refusal` is why the last change was not made. */
export const useMembers = () => {
  const { t } = useTranslation();
  const staff = useStaff();
  const { clinicId } = useClinic();
  const [members, setMembers] = useState<readonly Member[]>();
  const [refusal, setRefusal] = useState<string>();
  const load = useCallback(async () => {
    try {
      setMembers((await staff.api.members(clinicId)).members);
    } catch (cause) {
      setRefusal(failureWords(t, cause));
    }
  }, [staff, clinicId, t]);
  useEffect(() => void load(), [load]);

  const attempt = async (change: () => Promise<unknown>) => {
    setRefusal(undefined);
    try {
      await change();
    } catch (cause) {
      const isLast = cause instanceof WaitingAreaError && cause.code === 'conflict';
      setRefusal(isLast ? t('members.lastAdministrator') : failureWords(t, cause));
    }
    // Refused or done: what the server holds is what is shown.
    await load();
  };
  return {
    members,
    refusal,
    put: (member: Member) => attempt(() => staff.api.putMember(clinicId, member)),
    remove: ({ userId }: Member) => attempt(() => staff.api.removeMember(clinicId, userId)),
  };
};
