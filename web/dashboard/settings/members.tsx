import { useRef, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import type { Member } from '../../../protocol/objects.ts';
import { useTranslation } from '../i18n.ts';
import { useStaffSnapshot } from '../staff/staff-context.tsx';
import { TrashIcon } from '../ui/icons.tsx';
import { SwitchLine } from '../ui/switch-line.tsx';
import { Invite } from './invite.tsx';
import { RoleSelect } from './role-select.tsx';
import { useMembers } from './use-members.ts';

/** Who belongs to the clinic: their role, their duty to answer callers, and how to bring in or remove one. */
export const Members = () => {
  const { t } = useTranslation();
  const list = useRef<HTMLUListElement>(null);
  const { members, refusal, put, remove } = useMembers();
  // The pressed button goes with its line: the focus must not.
  const removeLine = (member: Member) => void remove(member).then(() => list.current?.focus());
  return (
    <>
      {refusal !== undefined && (
        <p className="notice notice-failure" role="alert">
          {refusal}
        </p>
      )}
      {members === undefined && refusal === undefined && <p role="status">{t('loading')}</p>}
      <ul className="plain-list" ref={list} tabIndex={-1}>
        {members?.map((member) => (
          <MemberLine key={member.userId} member={member} onChange={(changed) => void put(changed)} onRemove={() => removeLine(member)} />
        ))}
      </ul>
      <Invite />
    </>
  );
};

interface MemberLineProps {
  readonly member: Member;
  onChange(member: Member): void;
  onRemove(): void;
}

const MemberLine = ({ member, onChange, onRemove }: MemberLineProps) => {
  const { t } = useTranslation();
  const me = useStaffSnapshot('me');
  const [isAsked, setAsked] = useState(false);
  const { name, userId, role, answersMessages } = member;
  return (
    <li className="member">
      <span className="member-name">
        <span className="caller-name">
          <bdi>{name}</bdi>
        </span>
        <span className="quiet">
          <bdi>{userId}</bdi>
          {userId === me?.userId && ` · ${t('members.you')}`}
        </span>
      </span>
      <RoleSelect label={t('members.roleOf', { name })} role={role} onChange={(changed) => onChange({ ...member, role: changed })} />
      <SwitchLine
        label={t('members.answers')}
        aria-label={`${name}: ${t('members.answers')}`}
        isSelected={answersMessages}
        onChange={(changed) => onChange({ ...member, answersMessages: changed })}
      />
      {isAsked ? (
        <span className="member-confirm">
          <Button className="button button-danger" autoFocus onPress={onRemove} onBlur={() => setAsked(false)}>
            {t('members.removeConfirm', { name })}
          </Button>
        </span>
      ) : (
        <Button className="button button-icon" aria-label={t('members.remove', { name })} onPress={() => setAsked(true)}>
          <TrashIcon />
        </Button>
      )}
    </li>
  );
};
