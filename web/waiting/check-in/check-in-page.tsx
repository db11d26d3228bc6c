import { type FormEvent, useEffect, useRef, useState } from 'react';
import { toError, type WaitingAreaError } from '../../../client/errors.ts';
import { Http, PublicApi, type Visit } from '../../../client/http.ts';
import type { Caller, Clinic } from '../../../client/index.ts';
import { globalPlatform } from '../../../client/platform.ts';
import { LanguageIcon } from '../../shared/icons.tsx';
import type { Sound } from '../sound.ts';
import { useTranslation } from '../translation.ts';
import { useTitle } from '../use-title.ts';
import { checkInFields, detailName, type FieldErrors, findErrors, refusedFields, valueIn } from './check-in-fields.ts';
import { firstChoice, languageChoices } from './language-choices.ts';
import { TextField } from './text-field.tsx';
import './check-in.css';

interface CheckInPageProps {
  /** The HTTP API's URL. */
  readonly url: string;
  readonly clinic: Clinic;
  readonly sound: Sound;
  readonly onLanguage: (tag: string) => void;
  readonly onCheckedIn: (visit: Visit & { caller: Caller }, language: string) => void;
}

const noErrors: FieldErrors = new Map();

/** Who is here: the door to the waiting area. Its Continue click is what lets the page sound later. */
export const CheckInPage = ({ url, clinic, sound, onLanguage, onCheckedIn }: CheckInPageProps) => {
  const { t } = useTranslation();
  const choices = languageChoices(clinic.languages);
  const [language, setLanguage] = useState(() => firstChoice(choices, navigator.languages));
  const [errors, setErrors] = useState(noErrors);
  const [failure, setFailure] = useState<WaitingAreaError>();
  const [sending, setSending] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const fields = checkInFields(clinic.entryFields);
  const [nameField, phoneField] = fields;
  useTitle(t('checkIn.pageTitle', { clinic: clinic.name }));

  useEffect(() => onLanguage(language), [language, onLanguage]);

  useEffect(() => {
    if (errors.size > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [errors]);

  const checkIn = async (data: FormData): Promise<void> => {
    const phone = valueIn(data, 'phone');
    const details = Object.fromEntries(
      clinic.entryFields.map(({ key }) => [key, valueIn(data, detailName(key))] as const).filter(([, value]) => value !== ''),
    );
    setSending(true);
    setFailure(undefined);
    try {
      const api = new PublicApi(new Http(url, globalPlatform));
      const person = { name: valueIn(data, 'name'), language, details, ...(phone && { phone }) };
      onCheckedIn({ clinicId: clinic.clinicId, ...(await api.checkIn(clinic.clinicId, person)) }, language);
    } catch (cause) {
      const error = toError(cause, 'check-in');
      setErrors(Array.isArray(error.details) ? refusedFields(fields, error.details) : noErrors);
      setFailure(error);
      setSending(false);
    }
  };

  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (sending) return;
    void sound.unlock();
    const data = new FormData(event.currentTarget);
    const found = findErrors(fields, data);
    setErrors(found);
    if (found.size === 0) void checkIn(data);
  };

  const explain = (error: WaitingAreaError): string => {
    switch (error.code) {
      case 'rate-limited':
        return t('checkIn.busy', { seconds: error.retryAfterSeconds ?? 60 });
      case 'invalid-request':
      case 'too-large':
        return t('checkIn.refused');
      default:
        return t('checkIn.failed');
    }
  };

  return (
    <main className="check-in">
      <div className="check-in-language">
        <label htmlFor="language">
          <LanguageIcon /> {t('checkIn.language')}
        </label>
        <select id="language" value={language} onChange={(event) => setLanguage(event.target.value)}>
          {choices.map(({ tag, name }) => (
            <option key={tag} value={tag} lang={tag}>
              {name}
            </option>
          ))}
        </select>
      </div>
      <form ref={form} className="check-in-card" noValidate onSubmit={submit}>
        <div>
          <p className="check-in-clinic">
            <bdi>{clinic.name}</bdi>
          </p>
          <h1>{t('checkIn.title')}</h1>
          <p className="check-in-help">{t('checkIn.help')}</p>
        </div>
        {nameField && <TextField field={nameField} label={t('checkIn.name')} error={errors.get('name')} autoComplete="name" />}
        {phoneField && (
          <TextField field={phoneField} label={t('checkIn.phone')} error={errors.get('phone')} type="tel" dir="ltr" autoComplete="tel" />
        )}
        {clinic.entryFields.map(({ key, label }) => {
          const field = fields.find(({ name }) => name === detailName(key));
          return field && <TextField key={key} field={field} label={label} error={errors.get(field.name)} autoComplete="off" />;
        })}
        <div className="check-in-foot">
          <div role="alert">{failure && <p className="check-in-failure">{explain(failure)}</p>}</div>
          <button type="submit" className="button check-in-continue" aria-disabled={sending}>
            {sending ? t('checkIn.sending') : t('checkIn.continue')}
          </button>
          <p className="check-in-help">{t('checkIn.sound')}</p>
        </div>
      </form>
    </main>
  );
};
