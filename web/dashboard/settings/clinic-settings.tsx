import { useCallback, useEffect, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Form } from 'react-aria-components/Form';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { Text } from 'react-aria-components/Text';
import { TextArea } from 'react-aria-components/TextArea';
import { TextField } from 'react-aria-components/TextField';
import { limits } from '../../../protocol/limits.ts';
import type { Settings } from '../../../protocol/objects.ts';
import { useTranslation } from '../i18n.ts';
import { useClinic, useStaff } from '../staff/staff-context.tsx';
import { failureWords } from '../ui/failure-words.ts';
import { SwitchLine } from '../ui/switch-line.tsx';
import { useToast } from '../ui/toasts.tsx';
import { EntryFields } from './entry-fields.tsx';
import { WholeNumberField } from './whole-number-field.tsx';

type Change = Partial<Omit<Settings, 'clinicId' | 'version'>>;

/** Guest messages are switched at once, on every open waiting page; the rest is saved together. */
export const ClinicSettings = () => {
  const { t } = useTranslation();
  const { settings, failure, save } = useSettings();
  if (failure !== undefined)
    return (
      <p className="notice notice-failure" role="alert">
        {failureWords(t, failure)}
      </p>
    );
  if (!settings) return <p role="status">{t('loading')}</p>;
  return (
    <>
      <SwitchLine
        label={t('settings.guestMessages')}
        hint={t('settings.guestMessagesHint')}
        isSelected={settings.guestMessages}
        onChange={(guestMessages) => void save({ guestMessages })}
      />
      <SettingsForm settings={settings} onSave={save} />
    </>
  );
};

const useSettings = () => {
  const { t } = useTranslation();
  const staff = useStaff();
  const { clinicId } = useClinic();
  const toast = useToast();
  const [settings, setSettings] = useState<Settings>();
  const [failure, setFailure] = useState<unknown>();
  useEffect(() => {
    staff.api.settings(clinicId).then(setSettings, setFailure);
  }, [staff, clinicId]);
  const save = useCallback(
    async (change: Change): Promise<boolean> => {
      try {
        setSettings(await staff.api.changeSettings(clinicId, change));
        toast({ words: t('settings.saved') });
        return true;
      } catch (cause) {
        toast({ words: `${t('settings.notSaved')} ${failureWords(t, cause)}`, isFailure: true });
        return false;
      }
    },
    [staff, clinicId, toast, t],
  );
  return { settings, failure, save };
};

const SettingsForm = ({
  settings,
  onSave,
}: {
  settings: Settings /** Answers whether it was done. */;
  onSave(change: Change): Promise<boolean>;
}) => {
  const { t } = useTranslation();
  const [changed, setChanged] = useState<Change>({});
  const [isSaving, setSaving] = useState(false);
  const shown = { ...settings, ...changed };
  const change = (part: Change) => setChanged((before) => ({ ...before, ...part }));
  const save = async () => {
    setSaving(true);
    const isSaved = await onSave({
      ...changed,
      ...(changed.entryFields && { entryFields: changed.entryFields.filter(({ label }) => label.trim() !== '') }),
    });
    setSaving(false);
    // Refused, what was typed stays.
    if (isSaved) setChanged({});
  };
  return (
    <Form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <TextField className="field" value={shown.name} onChange={(name) => change({ name })} maxLength={limits.nameCodePoints} isRequired>
        <Label>{t('settings.name')}</Label>
        <Input dir="auto" />
      </TextField>
      <TextField
        className="field"
        value={shown.expectationText}
        onChange={(expectationText) => change({ expectationText })}
        maxLength={500}
      >
        <Label>{t('settings.expectation')}</Label>
        <TextArea rows={2} dir="auto" />
        <Text slot="description" className="quiet">
          {t('settings.expectationHint')}
        </Text>
      </TextField>
      <div className="field-row">
        <WholeNumberField
          label={t('settings.waitingThreshold')}
          value={shown.waitingThresholdMinutes}
          most={1440}
          onChange={(waitingThresholdMinutes) => change({ waitingThresholdMinutes })}
        />
        <WholeNumberField
          label={t('settings.unansweredAfter')}
          value={shown.unansweredAfterMinutes}
          most={1440}
          onChange={(unansweredAfterMinutes) => change({ unansweredAfterMinutes })}
        />
        <WholeNumberField
          label={t('settings.endOffline')}
          value={shown.endOfflineAfterMinutes}
          least={limits.leastEndOfflineAfterMinutes}
          most={limits.mostEndOfflineAfterMinutes}
          onChange={(endOfflineAfterMinutes) => change({ endOfflineAfterMinutes })}
        />
        <WholeNumberField
          label={t('settings.retention')}
          value={shown.retentionDays}
          most={365}
          onChange={(retentionDays) => change({ retentionDays })}
        />
      </div>
      <EntryFields fields={shown.entryFields} onChange={(entryFields) => change({ entryFields })} />
      <div className="dialog-foot">
        <Button type="submit" className="button button-primary" isPending={isSaving}>
          {isSaving ? t('saving') : t('save')}
        </Button>
      </div>
    </Form>
  );
};
