import { Button } from 'react-aria-components/Button';
import { Group } from 'react-aria-components/Group';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { Popover } from 'react-aria-components/Popover';
import { SearchField } from 'react-aria-components/SearchField';
import { Select, SelectValue } from 'react-aria-components/Select';
import { ToggleButton } from 'react-aria-components/ToggleButton';
import { limits } from '../../../protocol/limits.ts';
import type { Caller, Status } from '../../../protocol/objects.ts';
import { type T, useTranslation } from '../i18n.ts';
import { ChevronIcon, CloseIcon, OfflineIcon, ReplyIcon, SearchIcon } from '../ui/icons.tsx';
import { Tick } from '../ui/tick.tsx';
import { presentStatuses, statusWords } from './status-words.ts';
import { type Sort, sorts, type View } from './view.ts';

interface FilterBarProps {
  readonly view: View;
  readonly callers: readonly Caller[];
  onChange(view: View): void;
}

/** Which callers are shown: statuses, who needs a reply, who is offline, words to search for; and the order. */
export const FilterBar = ({ view, callers, onChange }: FilterBarProps) => {
  const { t } = useTranslation();
  const count = (has: (caller: Caller) => boolean) => callers.filter(has).length;
  const toggleStatus = (status: Status, isWanted: boolean) =>
    onChange({ ...view, statuses: presentStatuses.filter((one) => (one === status ? isWanted : view.statuses.includes(one))) });
  return (
    <search className="filters" aria-label={t('filters')}>
      <SearchField
        className="search-field"
        aria-label={t('search')}
        value={view.search}
        onChange={(search) => onChange({ ...view, search })}
        maxLength={limits.searchCodePoints}
      >
        <SearchIcon />
        <Input placeholder={t('search')} dir="auto" />
        <Button className="button button-icon" aria-label={t('search.clear')}>
          <CloseIcon />
        </Button>
      </SearchField>
      <Group className="filter-chips">
        {presentStatuses.map((status) => (
          <ToggleButton
            key={status}
            className={`chip chip-${status}`}
            isSelected={view.statuses.includes(status)}
            onChange={(isWanted) => toggleStatus(status, isWanted)}
          >
            <span className="chip-mark" aria-hidden="true" />
            {statusWords(t, status)} <span className="chip-count">{count((caller) => caller.status === status)}</span>
          </ToggleButton>
        ))}
        <ToggleButton className="chip" isSelected={view.needsReply} onChange={(needsReply) => onChange({ ...view, needsReply })}>
          <ReplyIcon />
          {t('needsReply')} <span className="chip-count">{count((caller) => caller.unansweredSince !== null)}</span>
        </ToggleButton>
        <ToggleButton className="chip" isSelected={view.offline} onChange={(offline) => onChange({ ...view, offline })}>
          <OfflineIcon />
          {t('offline')} <span className="chip-count">{count((caller) => !caller.online)}</span>
        </ToggleButton>
      </Group>
      <SortSelect sort={view.sort} onChange={(sort) => onChange({ ...view, sort })} />
    </search>
  );
};

const sortWords = (t: T, sort: Sort): string => {
  switch (sort) {
    case 'arrival':
      return t('sort.arrival');
    case 'wait':
      return t('sort.wait');
    case 'status':
      return t('sort.status');
    case 'needs-reply':
      return t('sort.needsReply');
    default:
      return sort satisfies never;
  }
};

const SortSelect = ({ sort, onChange }: { sort: Sort; onChange(sort: Sort): void }) => {
  const { t } = useTranslation();
  return (
    <Select className="select" value={sort} onChange={(key) => onChange(sorts.find((one) => one === key) ?? sort)}>
      <Label className="quiet">{t('sort')}</Label>
      <Button className="button button-select">
        <SelectValue />
        <ChevronIcon />
      </Button>
      <Popover className="popover" placement="bottom end">
        <ListBox className="menu">
          {sorts.map((one) => (
            <ListBoxItem key={one} id={one} className="menu-item" textValue={sortWords(t, one)}>
              <Tick />
              {sortWords(t, one)}
            </ListBoxItem>
          ))}
        </ListBox>
      </Popover>
    </Select>
  );
};
