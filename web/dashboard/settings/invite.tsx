import { useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Form } from 'react-aria-components/Form';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { TextField } from 'react-aria-components/TextField';
import { limits } from '../../../protocol/limits.ts';
import type { Role } from '../../../protocol/objects.ts';
import { clockTime } from '../../shared/times.ts';
import { useTranslation } from '../i18n.ts';
import { invitationLink } from '../sign-in/invitation.ts';
import { useClinic, useStaff } from '../staff/staff-context.tsx';
import { failureWords } from '../ui/failure-words.ts';
import { CopyIcon } from '../ui/icons.tsx';
import { SwitchLine } from '../ui/switch-line.tsx';
import { RoleSelect } from './role-select.tsx';

interface Invitation {
  readonly name: string;
  readonly link: string;
  readonly expiresAt: string;
}

/** Makes a link that brings one person into the clinic. */
export const Invite = () => {
  const { t } = useTranslation();
  const staff = useStaff();
  const { clinicId } = useClinic();
  const [name, setName] = useState('');
  const [role, setRole] = useState<Role>('member');
  const [answersMessages, setAnswersMessages] = useState(true);
  const [invitation, setInvitation] = useState<Invitation>();
  const [failure, setFailure] = useState<unknown>();
  const invite = async () => {
    setFailure(undefined);
    try {
      const { code, expiresAt } = await staff.api.invite(clinicId, { name, role, answersMessages });
      setInvitation({ name, link: invitationLink(location.origin, code), expiresAt });
      setName('');
    } catch (cause) {
      setFailure(cause);
    }
  };
  return (
    <section className="invite" aria-labelledby="invite-title">
      <h3 id="invite-title">{t('invite.title')}</h3>
      <Form
        className="invite-form"
        onSubmit={(event) => {
          event.preventDefault();
          void invite();
        }}
      >
        <TextField className="field" value={name} onChange={setName} maxLength={limits.nameCodePoints} isRequired>
          <Label>{t('invite.name')}</Label>
          <Input dir="auto" autoComplete="off" />
        </TextField>
        <RoleSelect label={t('members.role')} role={role} onChange={setRole} />
        <SwitchLine label={t('members.answers')} isSelected={answersMessages} onChange={setAnswersMessages} />
        <Button type="submit" className="button button-primary" isDisabled={name.trim() === ''}>
          {t('invite.make')}
        </Button>
      </Form>
      {failure !== undefined && (
        <p className="notice notice-failure" role="alert">
          {failureWords(t, failure)}
        </p>
      )}
      {invitation && <InvitationMade key={invitation.link} invitation={invitation} />}
    </section>
  );
};

const InvitationMade = ({ invitation }: { invitation: Invitation }) => {
  const { t, locale } = useTranslation();
  const [isCopied, setCopied] = useState(false);
  const { name, link, expiresAt } = invitation;
  const copy = () => {
    // Refused (no permission, no TLS): the link stands in the box to be copied by hand.
    navigator.clipboard?.writeText(link).then(
      () => setCopied(true),
      () => setCopied(false),
    );
  };
  return (
    <div className="notice">
      <p role="status">{t('invite.made', { name, time: clockTime(expiresAt, locale) })}</p>
      <div className="invite-link">
        <TextField className="field" aria-label={t('invite.link')} value={link} isReadOnly autoFocus>
          <Input dir="ltr" onFocus={(event) => event.currentTarget.select()} />
        </TextField>
        <Button className="button" onPress={copy}>
          <CopyIcon />
          {isCopied ? t('copied') : t('copy')}
        </Button>
      </div>
    </div>
  );
};
