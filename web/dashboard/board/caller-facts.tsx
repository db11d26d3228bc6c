import type { Caller } from '../../../protocol/objects.ts';
import { useTranslation } from '../i18n.ts';
import { useClinic } from '../staff/staff-context.tsx';
import { detailsInOrder } from './details-in-order.ts';

/** Who a caller is, as they said at check-in. */
export const CallerFacts = ({ caller }: { caller: Caller }) => {
  const { t, language } = useTranslation();
  const clinic = useClinic();
  return (
    <dl className="facts">
      {caller.phone && <Fact name={t('phone')} value={caller.phone} isLeftToRight />}
      {caller.language && <Fact name={t('language')} value={languageName(language, caller.language)} />}
      {detailsInOrder(caller, clinic).map(({ key, label, value }) => (
        <Fact key={key} name={label} value={value} />
      ))}
    </dl>
  );
};

export const Fact = ({ name, value, isLeftToRight = false }: { name: string; value: string; isLeftToRight?: boolean }) => (
  <div className="fact">
    <dt>
      <bdi>{name}</bdi>
    </dt>
    <dd>
      <bdi {...(isLeftToRight && { dir: 'ltr' })}>{value}</bdi>
    </dd>
  </div>
);

const languageName = (language: string, tag: string): string => {
  try {
    return new Intl.DisplayNames(language, { type: 'language' }).of(tag) ?? tag;
  } catch {
    return tag;
  }
};
